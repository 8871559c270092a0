/* Hostile AGI clients: some connect and drip an AGI header byte by byte, others connect and close.
 *
 * A dripper that is dropped comes back at a bounded rate. One line of counts on standard output at the end (SIGTERM, or
 * the time is up). Times are milliseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 5

static const char HEADER[] =
    "agi_network: yes\nagi_network_script: rate\nagi_request: agi://127.0.0.1/rate\nagi_channel: PJSIP/drip-1\n"
    "agi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1.1\nagi_version: 22\nagi_callerid: 1\nagi_arg_1: a\nagi_arg_2: b\n";

static volatile sig_atomic_t ended;
static int port, poll_fd;
static long connected, dropped, refused, bytes, probes, probes_refused;
static double probe_worst_ms;

struct client { int fd, at; double due; };

static void stop(int signal) { (void)signal; ended = 1; }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int dial(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&at, sizeof at) && errno != EINPROGRESS) { close(fd); return -1; }
    return fd;
}

static void drop(struct client *c) { close(c->fd); c->fd = -1; }

int main(int count, char **arguments) {
    if (count != 9) { fprintf(stderr, "usage: hostile PORT DRIPPERS DRIP_MS CONNECTS_PER_S PROBES PROBES_PER_S PROBES_AFTER_MS SECONDS\n"); return 2; }
    port = atoi(arguments[1]);
    int drippers = atoi(arguments[2]);
    double drip_ms = atof(arguments[3]), connects_per_s = atof(arguments[4]);
    long probes_wanted = atol(arguments[5]);
    double probes_per_s = atof(arguments[6]), probes_from = now() + atof(arguments[7]), until = now() + atof(arguments[8]) * 1e3;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    poll_fd = epoll_create1(0);
    struct client *clients = calloc((size_t)drippers + 1, sizeof *clients);
    if (!clients) abort();
    for (int i = 0; i < drippers; i++) clients[i].fd = -1;
    double began = now(), held = 0, last = began;
    double allowance = 0, probe_allowance = 0;
    while (!ended && now() < until) {
        struct epoll_event ready[256];
        int found = epoll_wait(poll_fd, ready, 256, TICK_MS);
        for (int i = 0; i < found; i++) {
            struct client *c = ready[i].data.ptr;
            char junk[512];
            if (c->fd < 0) continue;
            if (ready[i].events & (EPOLLERR | EPOLLHUP) || recv(c->fd, junk, sizeof junk, 0) == 0) { dropped++; drop(c); }
        }
        double t = now(), passed = t - last;
        if (passed < TICK_MS) continue;
        last = t;
        allowance += passed / 1e3 * connects_per_s;
        if (allowance > connects_per_s / 10) allowance = connects_per_s / 10;
        long open = 0;
        for (int i = 0; i < drippers; i++) {
            struct client *c = &clients[i];
            if (c->fd < 0) {
                if (allowance < 1) continue;
                allowance -= 1;
                if ((c->fd = dial()) < 0) { refused++; continue; }
                struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c};
                epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event);
                connected++;
                c->at = 0;
                c->due = t + drip_ms * (double)(i % 97) / 97;
            } else if (t >= c->due) {
                if (send(c->fd, HEADER + c->at, 1, MSG_NOSIGNAL) == 1) bytes++;
                else if (errno != EAGAIN) { dropped++; drop(c); continue; }
                c->at = (c->at + 1) % (int)(sizeof HEADER - 1);
                c->due += drip_ms;
            }
            open++;
        }
        held += (double)open * passed;
        if (t > probes_from) probe_allowance += passed / 1e3 * probes_per_s;
        if (probe_allowance > probes_per_s / 10) probe_allowance = probes_per_s / 10;
        while (probe_allowance >= 1 && probes < probes_wanted) {
            probe_allowance -= 1;
            /* A connect on loopback is over when it returns. */
            double dialled = now();
            int fd = dial();
            if (fd < 0) probes_refused++;
            else close(fd);
            if (now() - dialled > probe_worst_ms) probe_worst_ms = now() - dialled;
            probes++;
        }
    }
    printf("connected %ld dropped %ld refused %ld bytes %ld mean_open %.0f probes %ld probes_refused %ld probe_worst_ms %.1f\n", connected,
           dropped, refused, bytes, held / (last - began + 1e-9), probes, probes_refused, probe_worst_ms);
    return 0;
}
