/* A wire between Asterisk and the AGI service that writes down when each line passed.
 *
 * Each line of the log: session, microseconds of the wall clock, what, text. `open`: Asterisk has connected; `asks`: its
 * script and Uniqueid are known and the header is whole; `sent`: a command of the service; `told`: Asterisk's answer;
 * `shut`: the session is over. Half-closed connections stay half-closed, so both sides see what they would without it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TEXT 160
#define FIFTH_OF_A_SECOND 200

struct end {
    struct session *session;
    int fd, is_service, over;
    char line[TEXT];
    int filled;
};

struct session {
    long number;
    struct end pbx, service;
    int asked;
    char script[32], uniqueid[64];
};

static volatile sig_atomic_t ended;
static int service_port;
static long sessions;

static void stop(int signal) { (void)signal; ended = 1; }

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void note(struct session *s, int64_t t, const char *what, const char *text) {
    printf("%ld %lld %s %s\n", s->number, (long long)t, what, text);
}

static void line(struct end *e, int64_t t) {
    struct session *s = e->session;
    e->line[e->filled] = 0;
    e->filled = 0;
    if (e->is_service) { note(s, t, "sent", e->line); return; }
    if (s->asked) { note(s, t, "told", e->line); return; }
    if (!strncmp(e->line, "agi_network_script: ", 20)) snprintf(s->script, sizeof s->script, "%s", e->line + 20);
    if (!strncmp(e->line, "agi_uniqueid: ", 14)) snprintf(s->uniqueid, sizeof s->uniqueid, "%s", e->line + 14);
    if (!*e->line) {
        char both[128];
        snprintf(both, sizeof both, "%s %s", s->script, s->uniqueid);
        s->asked = 1;
        note(s, t, "asks", both);
    }
}

static void pass(struct end *from, struct end *to) {
    char data[16384];
    ssize_t n = recv(from->fd, data, sizeof data, 0);
    int64_t t = now();
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        from->over = 1;
        shutdown(to->fd, SHUT_WR);
        return;
    }
    /* Commands and answers are far smaller than a socket's buffer; what it does not take would be a flood. */
    if (send(to->fd, data, (size_t)n, MSG_NOSIGNAL) != n) from->over = to->over = 1;
    for (ssize_t i = 0; i < n; i++)
        if (data[i] == '\n') line(from, t);
        else if (data[i] != '\r' && from->filled < TEXT - 1) from->line[from->filled++] = data[i];
}

static int connected(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* On loopback a connect ends at once: accepted by the kernel, or refused. */
    if (connect(fd, (struct sockaddr *)&at, sizeof at)) { close(fd); return -1; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void join(int poll, struct end *e, struct session *s, int fd, int is_service) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = e};
    e->session = s, e->fd = fd, e->is_service = is_service;
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static void welcome(int poll, int door) {
    int64_t t = now();
    int fd = accept(door, NULL, NULL), on = 1, service = fd < 0 ? -1 : connected(service_port);
    if (fd < 0) return;
    if (service < 0) { close(fd); return; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct session *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->number = ++sessions;
    join(poll, &s->pbx, s, fd, 0);
    join(poll, &s->service, s, service, 1);
    note(s, t, "open", "-");
}

int main(int count, char **arguments) {
    if (count != 3) { fprintf(stderr, "usage: wire LISTEN SERVICE\n"); return 2; }
    int door = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    service_port = atoi(arguments[2]);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 1024)) { perror("listen"); return 3; }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, ready[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, door, &event);
    while (!ended) {
        int found = epoll_wait(poll, ready, 64, FIFTH_OF_A_SECOND);
        if (!found) fflush(stdout);
        struct session *dead[64];
        int dying = 0;
        for (int i = 0; i < found; i++) {
            struct end *e = ready[i].data.ptr;
            if (!e) { welcome(poll, door); continue; }
            struct session *s = e->session;
            if (!e->over) pass(e, e->is_service ? &s->pbx : &s->service);
            if (e->over) epoll_ctl(poll, EPOLL_CTL_DEL, e->fd, NULL);
            if (s->pbx.over && s->service.over && s->number > 0) {
                note(s, now(), "shut", "-");
                s->number = -s->number;
                dead[dying++] = s;
            }
        }
        for (int i = 0; i < dying; i++) {
            close(dead[i]->pbx.fd);
            close(dead[i]->service.fd);
            free(dead[i]);
        }
    }
    fflush(stdout);
    return 0;
}
