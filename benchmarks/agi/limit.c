/*
 * The limit: a FastAGI server that does no more than the kernel makes it do.
 *
 * It sends the seven commands of the benchmark from constants and looks at nothing but line ends. No server that
 * parses, keeps deadlines or runs a handler can need less, so its CPU time a session is the lower bound, and the
 * sessions a second that the load generator reaches with it are the generator's own ceiling.
 *
 * Usage: limit. Prints the port on its first line; ends when its standard input does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 512
#define BACKLOG 4096

static const char *const COMMANDS[] = {
    "ANSWER\n",
    "STREAM FILE ivr-rating/intro \"0123456789*#\"\n",
    "STREAM FILE ivr-rating/press-1-satisfied \"0123456789*#\"\n",
    "STREAM FILE ivr-rating/press-2-so-so \"0123456789*#\"\n",
    "WAIT FOR DIGIT 5000\n",
    "SET VARIABLE IVR_RESULT done\n",
    "HANGUP\n",
};
#define COMMAND_COUNT (sizeof COMMANDS / sizeof COMMANDS[0])

struct connection {
    int fd;
    uint32_t sent;      /* commands so far; 0 while the header block is read */
    char last;          /* the last byte, for a header's empty line that two reads share */
};

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static int listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        give_up("limit: cannot listen on loopback");
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void drop(struct connection *connection)
{
    close(connection->fd);
    free(connection);
}

static void take_callers(int epoll, int door)
{
    int fd, on = 1;

    while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

        if (connection == NULL)
            give_up("limit: no memory");
        connection->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
            give_up("limit: epoll_ctl");
    }
}

/* Whether `data` completes what is waited for: the header block's empty line, or a reply's one line. */
static int is_complete(struct connection *connection, const char *data, size_t size)
{
    int complete;

    if (connection->sent > 0)
        return data[size - 1] == '\n';
    complete = data[size - 1] == '\n' && (size > 1 ? data[size - 2] : connection->last) == '\n';
    connection->last = data[size - 1];
    return complete;
}

static void serve(struct connection *connection)
{
    char data[4096];
    ssize_t size = recv(connection->fd, data, sizeof data, 0);
    const char *command;

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        drop(connection);
        return;
    }
    if (!is_complete(connection, data, (size_t)size))
        return;
    if (connection->sent == COMMAND_COUNT) {
        drop(connection);
        return;
    }
    command = COMMANDS[connection->sent++];
    if (send(connection->fd, command, strlen(command), MSG_NOSIGNAL) < 0)
        drop(connection);
}

int main(void)
{
    struct rlimit files;
    struct epoll_event events[EVENTS];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    struct epoll_event parent = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = &parent};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int door;

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    door = listening();
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, door, &event) < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &parent) < 0)
        give_up("limit: epoll_ctl (standard input must be a pipe)");
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);

        if (count < 0 && errno != EINTR)
            give_up("limit: epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &parent)
                return 0;
            if (events[i].data.ptr == NULL)
                take_callers(epoll, door);
            else
                serve(events[i].data.ptr);
        }
    }
}
