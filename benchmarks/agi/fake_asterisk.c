/*
 * A fake Asterisk that loads a FastAGI server: one thread, one epoll, a small state machine for each session.
 *
 * Theory
 *   A session is what Asterisk does with AGI(agi://...): connect, send the header block, then answer one command
 *   after another. Here every command is answered as if the channel had done it already, so all the time that
 *   passes between a reply and the next command is the server's; that is the turnaround which is measured.
 *
 *   closed  N sessions at any time; whoever ends begins anew. It shows the most that a server can do. Its turnaround
 *           is mostly queueing behind the other N - 1, and says little about a server that is not overloaded.
 *   paced   N sessions at any time, and each reply has a due time that does not depend on the server: the due times of
 *           a session are a Poisson process, as the ends of prompts and the keys of many callers are. This is an open
 *           loop. A server that stalls does not make the load wait for it: where a command came after its reply was
 *           due, the next turnaround counts from the due time and not from the later sending (no coordinated
 *           omission; Tene). How late the generator itself was in sending is told apart, as `lag`.
 *   idle    N sessions that have sent their header, have got their first command, and are left without a reply.
 *           Whoever is turned away tries again. "ready" is printed when all N are there; they are kept until standard
 *           input ends.
 *
 *   Sessions are closed with SO_LINGER 0 after the server's end of file, so no port stays behind in TIME_WAIT; what
 *   that saves is saved for every server alike. CPU time is read from the process clocks of the server (all its
 *   threads, also those that have ended) and of the generator, at both ends of the measured window.
 *
 * Every session must be whole: a command that is none of AGI's, another number of commands than asked for, or an end
 * before the last one counts as an error. The result is one line of JSON.
 */
#define _GNU_SOURCE
#include "histogram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 512
#define SECOND 1000000000ull
#define LONGEST_COMMAND 1024
#define NOT_DUE SIZE_MAX

enum mode { CLOSED, PACED, IDLE };

struct session {
    int fd;                     /* -1 between two sessions */
    int is_connecting;          /* the header block is not out yet */
    uint32_t commands;          /* commands got */
    uint32_t prompts;           /* STREAM FILE of something that is not silence */
    int is_concluded;           /* the last command has come */
    int is_keyed;               /* the key was pressed */
    int is_late;                /* the reply went out after it was due, because the command came too late */
    int is_waiting;             /* a reply (or the header block) is out, the next command is not in */
    uint64_t due;               /* paced: when the next reply is to be sent */
    uint64_t since;             /* what the turnaround counts from */
    size_t place;               /* in the heap of due times; NOT_DUE where it is not in there */
    char reply[160];
    size_t reply_size;
    size_t size;
    char data[LONGEST_COMMAND];
};

static struct {
    enum mode mode;
    uint16_t port;
    uint32_t sessions;
    double seconds;
    double warm_seconds;
    double rate;                /* paced: replies a second, of all sessions together */
    uint32_t commands;          /* of a whole session; 0 where it may have any number */
    uint32_t key_prompt;        /* the prompt that the key is pressed in, counted from 1; 0 for none */
    char key;
    const char *script;
    const char *arguments;      /* separated by commas, as the dialplan has them */
    const char *conclusion;     /* what a whole session's last command begins with */
    pid_t server;
} chosen = {
    .mode = CLOSED,
    .sessions = 100,
    .seconds = 4,
    .warm_seconds = 1,
    .rate = 4000,
    .commands = 7,
    .key = '1',
    .script = "rate",
    .arguments = "queue=support,interface=PJSIP%2Fagent1,linkedid=1700000000.1",
    .conclusion = "HANGUP",
};

static struct {
    uint64_t whole, reset, early, unknown;
    struct histogram turnaround, admission, lag;
} counted;

static struct sockaddr_in server_address;
static int epoll;
static int is_measuring;
static uint64_t session_number;
static uint64_t random_state = 0x9E3779B97F4A7C15ull;  /* the same load in every run */
static struct session **heap;
static size_t heap_size;

static void give_up(const char *what)
{
    fprintf(stderr, "fake_asterisk: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec moment;

    if (clock_gettime(clock, &moment) < 0)
        give_up("the server's CPU clock cannot be read");
    return (uint64_t)moment.tv_sec * SECOND + (uint64_t)moment.tv_nsec;
}

static uint64_t now(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static double uniform(void)
{
    uint64_t z = random_state += 0x9E3779B97F4A7C15ull;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static uint64_t think(void)
{
    return (uint64_t)(-log(uniform()) * (double)chosen.sessions / chosen.rate * (double)SECOND);
}

/* The heap of due times: the earliest first. */

static void put(size_t place, struct session *session)
{
    heap[place] = session;
    session->place = place;
}

static void sift_up(size_t place, struct session *session)
{
    while (place > 0 && heap[(place - 1) / 2]->due > session->due) {
        put(place, heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(place, session);
}

static struct session *take_earliest(void)
{
    struct session *earliest = heap[0], *last = heap[--heap_size];
    size_t place = 0;

    earliest->place = NOT_DUE;
    if (heap_size == 0)
        return earliest;
    for (;;) {
        size_t child = 2 * place + 1;

        if (child < heap_size && child + 1 < heap_size && heap[child + 1]->due < heap[child]->due)
            child++;
        if (child >= heap_size || heap[child]->due >= last->due)
            break;
        put(place, heap[child]);
        place = child;
    }
    put(place, last);
    return earliest;
}

static void schedule(struct session *session)
{
    sift_up(heap_size++, session);
}

static void forget(struct session *session)
{
    session->due = 0;
    sift_up(session->place, session);
    take_earliest();
}

/*
 * The header block as Asterisk 22 sends it, though in one piece. Each session is a channel of its own, also beside
 * those of an earlier run: the process id stands where a Uniqueid has the second.
 */
static size_t write_header(char *text, size_t room)
{
    uint64_t number = ++session_number;
    int argument = 0;
    const char *rest = chosen.arguments;
    int size = snprintf(text, room,
        "agi_network: yes\nagi_network_script: %s\nagi_request: agi://127.0.0.1:%u/%s\n"
        "agi_channel: PJSIP/trunk-%08" PRIx64 "\nagi_language: en\nagi_type: PJSIP\n"
        "agi_uniqueid: %ld.%" PRIu64 "\nagi_version: 22.10.1\nagi_callerid: 2025550%03" PRIu64 "\n"
        "agi_calleridname: Ada Example\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
        "agi_callingtns: 0\nagi_dnid: 700\nagi_rdnis: unknown\nagi_context: ivr-rating\nagi_extension: s\n"
        "agi_priority: 18\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140215843309248\n",
        chosen.script, chosen.port, chosen.script, number, (long)getpid() + 1700000000, number, number % 1000);

    while (*rest != '\0') {
        int length = (int)strcspn(rest, ",");

        size += snprintf(text + size, room - (size_t)size, "agi_arg_%d: %.*s\n", ++argument, length, rest);
        rest += length + (rest[length] == ',');
    }
    size += snprintf(text + size, room - (size_t)size, "\n");
    return (size_t)size;
}

static void send_header(struct session *session)
{
    char header[4096];
    size_t size = write_header(header, sizeof header);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};
    ssize_t sent = send(session->fd, header, size, MSG_NOSIGNAL);
    int was_connecting = session->is_connecting;

    /* On loopback the handshake is over when connect() returns, unless the server's backlog is full. */
    session->is_connecting = sent < 0 && errno == EAGAIN;
    if (session->is_connecting)
        event.events = EPOLLOUT;
    else if (sent != (ssize_t)size)
        give_up("the server takes no connections");
    if (epoll_ctl(epoll, was_connecting ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, session->fd, &event) < 0)
        give_up("epoll_ctl");
}

static void begin(struct session *session)
{
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        give_up("no socket; raise the limit of open files (ulimit -n)");
    session->fd = fd;
    session->commands = session->prompts = 0;
    session->is_concluded = session->is_keyed = session->is_late = session->is_connecting = 0;
    session->size = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    session->since = now();
    session->is_waiting = 1;
    if (connect(fd, (struct sockaddr *)&server_address, sizeof server_address) < 0 && errno != EINPROGRESS)
        give_up("cannot connect");
    send_header(session);
}

static void send_reply(struct session *session, uint64_t moment)
{
    session->since = session->is_late ? session->due : moment;
    session->is_waiting = 1;
    if (send(session->fd, session->reply, session->reply_size, MSG_NOSIGNAL) != (ssize_t)session->reply_size)
        counted.reset++;
}

static int begins(const char *line, const char *verb)
{
    return strncasecmp(line, verb, strlen(verb)) == 0;
}

/* What Asterisk answers once it has done `line`. */
static int write_reply(struct session *session, const char *line)
{
    char *text = session->reply;
    size_t room = sizeof session->reply;

    if (begins(line, "STREAM FILE ")) {
        int is_prompt = strstr(line, "silence") == NULL;

        session->prompts += (uint32_t)is_prompt;
        if (is_prompt && session->prompts == chosen.key_prompt && !session->is_keyed) {
            session->is_keyed = 1;
            return snprintf(text, room, "200 result=%d endpos=8000\n", chosen.key);
        }
        return snprintf(text, room, "200 result=0 endpos=240000\n");
    }
    if (begins(line, "SET VARIABLE ") || begins(line, "HANGUP"))
        return snprintf(text, room, "200 result=1\n");
    if (begins(line, "WAIT FOR DIGIT "))
        return snprintf(text, room, "200 result=49\n");
    if (begins(line, "ANSWER"))
        return snprintf(text, room, "200 result=0\n");
    if (begins(line, "GET VARIABLE "))
        return session->is_keyed ? snprintf(text, room, "200 result=1 (%c)\n", chosen.key)
                                 : snprintf(text, room, "200 result=0\n");
    counted.unknown += (uint64_t)is_measuring;
    return snprintf(text, room, "510 Invalid or unknown command\n");
}

static void take_command(struct session *session, const char *line, uint64_t moment)
{
    uint64_t turnaround = moment > session->since ? moment - session->since : 0;

    if (is_measuring)
        record(session->commands == 0 ? &counted.admission : &counted.turnaround, turnaround);
    session->commands++;
    session->is_waiting = 0;
    session->is_concluded = begins(line, chosen.conclusion);
    session->reply_size = (size_t)write_reply(session, line);
    if (chosen.mode == IDLE)
        return;
    if (chosen.mode == CLOSED) {
        send_reply(session, now());
        return;
    }
    session->due += think();
    session->is_late = session->due <= moment;
    if (session->is_late)
        send_reply(session, now());
    else
        schedule(session);
}

static void end(struct session *session)
{
    int is_whole = session->is_concluded && (chosen.commands == 0 || session->commands == chosen.commands);

    close(session->fd);
    session->fd = -1;
    session->is_waiting = 0;
    if (is_measuring && is_whole)
        counted.whole++;
    else if (is_measuring)
        counted.early++;
    if (session->place != NOT_DUE)
        forget(session);
    begin(session);
    if (chosen.mode == PACED)
        session->due = session->since;
}

static void serve(struct session *session, uint64_t moment)
{
    char *line = session->data, *line_end;
    ssize_t size;

    if (session->is_connecting) {
        send_header(session);
        return;
    }
    size = recv(session->fd, session->data + session->size, sizeof session->data - session->size, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        if (size < 0 && is_measuring)
            counted.reset++;
        end(session);
        return;
    }
    session->size += (size_t)size;
    while ((line_end = memchr(line, '\n', session->size)) != NULL) {
        *line_end = '\0';
        session->size -= (size_t)(line_end + 1 - line);
        take_command(session, line, moment);
        line = line_end + 1;
    }
    if (session->size == sizeof session->data)
        give_up("the server sent a command without end");
    memmove(session->data, line, session->size);
}

/* Send what is due, and return how long to wait for the next. */
static uint64_t send_due(uint64_t moment)
{
    while (heap_size > 0 && heap[0]->due <= moment) {
        struct session *session = take_earliest();

        if (is_measuring)
            record(&counted.lag, moment - session->due);
        send_reply(session, moment);
        moment = now();
    }
    return heap_size > 0 ? heap[0]->due - moment : SECOND / 10;
}

/* Handle what comes until `until`; return the number of events of the last look. */
static void run_until(uint64_t until)
{
    struct epoll_event events[EVENTS];
    uint64_t moment;

    while ((moment = now()) < until) {
        uint64_t wait = send_due(moment);
        struct timespec patience;
        int count;

        if (wait > until - moment)
            wait = until - moment;
        patience = (struct timespec){.tv_sec = (time_t)(wait / SECOND), .tv_nsec = (long)(wait % SECOND)};
        count = epoll_pwait2(epoll, events, EVENTS, &patience, NULL);
        if (count < 0 && errno != EINTR)
            give_up("epoll_pwait2");
        moment = now();
        for (int i = 0; i < count; i++)
            serve(events[i].data.ptr, moment);
    }
}

/* Calls do not all come in one instant: the sessions begin one after another, over the first half of the warm-up. */
static struct session *begin_all(double spread_seconds)
{
    struct session *sessions = calloc(chosen.sessions, sizeof *sessions);
    uint64_t start = now();

    heap = calloc(chosen.sessions, sizeof *heap);
    if (sessions == NULL || heap == NULL)
        give_up("no memory");
    for (uint32_t i = 0; i < chosen.sessions; i++) {
        run_until(start + (uint64_t)(spread_seconds * (double)SECOND * i / chosen.sessions));
        sessions[i].place = NOT_DUE;
        begin(&sessions[i]);
        sessions[i].due = sessions[i].since;
    }
    return sessions;
}

static void print_histogram(const char *name, const struct histogram *histogram)
{
    printf(", \"%s\": {\"count\": %" PRIu64 ", \"mean_ns\": %.0f, \"p50_ns\": %" PRIu64 ", \"p90_ns\": %" PRIu64
           ", \"p99_ns\": %" PRIu64 ", \"p999_ns\": %" PRIu64 ", \"max_ns\": %" PRIu64 "}",
        name, histogram->count, histogram->count ? (double)histogram->sum / (double)histogram->count : 0.0,
        quantile(histogram, .5), quantile(histogram, .9), quantile(histogram, .99), quantile(histogram, .999),
        histogram->max);
}

/* Let what never came count too: a command that is still missing at the end is as old as it is. */
static void count_missing(const struct session *sessions, uint64_t moment)
{
    for (uint32_t i = 0; i < chosen.sessions; i++) {
        uint64_t age = moment - sessions[i].since;

        if (sessions[i].is_waiting && age > quantile(&counted.turnaround, .99))
            record(sessions[i].commands == 0 ? &counted.admission : &counted.turnaround, age);
    }
}

static void measure(void)
{
    /* The kernel's number of another process's CPU clock; 0 is our own. */
    clockid_t server_clock = chosen.server > 0 ? (clockid_t)((~(unsigned)chosen.server << 3) | 2) : CLOCK_MONOTONIC;
    uint64_t started = now(), began, ended, server_cpu, own_cpu;
    struct session *sessions = begin_all(chosen.warm_seconds / 2);

    run_until(started + (uint64_t)(chosen.warm_seconds * (double)SECOND));
    is_measuring = 1;
    began = now();
    server_cpu = clock_ns(server_clock);
    own_cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    run_until(began + (uint64_t)(chosen.seconds * (double)SECOND));
    server_cpu = clock_ns(server_clock) - server_cpu;
    own_cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own_cpu;
    ended = now();
    count_missing(sessions, ended);
    printf("{\"seconds\": %.6f, \"sessions\": %" PRIu64 ", \"server_cpu_seconds\": %.6f, \"own_cpu_seconds\": %.6f",
        (double)(ended - began) / 1e9, counted.whole, (double)server_cpu / 1e9, (double)own_cpu / 1e9);
    printf(", \"errors\": {\"reset\": %" PRIu64 ", \"early_end\": %" PRIu64 ", \"unknown_command\": %" PRIu64 "}",
        counted.reset, counted.early, counted.unknown);
    print_histogram("turnaround", &counted.turnaround);
    print_histogram("admission", &counted.admission);
    print_histogram("lag", &counted.lag);
    printf("}\n");
}

static void hold(void)
{
    struct session *sessions;
    uint32_t ready = 0;
    char nothing[64];

    is_measuring = 1;
    sessions = begin_all(chosen.warm_seconds / 2);
    for (int tries = 0; ready < chosen.sessions; tries++) {
        if (tries == 100) {
            fprintf(stderr, "fake_asterisk: %u of %u sessions got no command within 10 s\n",
                chosen.sessions - ready, chosen.sessions);
            exit(1);
        }
        run_until(now() + SECOND / 10);
        ready = 0;
        for (uint32_t i = 0; i < chosen.sessions; i++)
            ready += sessions[i].commands > 0;
    }
    printf("ready\n");
    fflush(stdout);
    while (read(0, nothing, sizeof nothing) > 0)
        ;
    printf("{\"turned_away\": %" PRIu64 "}\n", counted.early);
}

static void read_options(int count, char **texts)
{
    static const struct option OPTIONS[] = {
        {"mode", required_argument, NULL, 'm'},       {"port", required_argument, NULL, 'p'},
        {"sessions", required_argument, NULL, 'n'},   {"seconds", required_argument, NULL, 's'},
        {"warm", required_argument, NULL, 'w'},       {"rate", required_argument, NULL, 'r'},
        {"commands", required_argument, NULL, 'c'},   {"key-prompt", required_argument, NULL, 'k'},
        {"key", required_argument, NULL, 'K'},        {"script", required_argument, NULL, 'S'},
        {"arguments", required_argument, NULL, 'a'},  {"conclusion", required_argument, NULL, 'C'},
        {"server-pid", required_argument, NULL, 'P'}, {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(count, texts, "", OPTIONS, NULL)) != -1) {
        switch (option) {
        case 'm': chosen.mode = optarg[0] == 'c' ? CLOSED : optarg[0] == 'p' ? PACED : IDLE; break;
        case 'p': chosen.port = (uint16_t)atoi(optarg); break;
        case 'n': chosen.sessions = (uint32_t)atoi(optarg); break;
        case 's': chosen.seconds = atof(optarg); break;
        case 'w': chosen.warm_seconds = atof(optarg); break;
        case 'r': chosen.rate = atof(optarg); break;
        case 'c': chosen.commands = (uint32_t)atoi(optarg); break;
        case 'k': chosen.key_prompt = (uint32_t)atoi(optarg); break;
        case 'K': chosen.key = optarg[0]; break;
        case 'S': chosen.script = optarg; break;
        case 'a': chosen.arguments = optarg; break;
        case 'C': chosen.conclusion = optarg; break;
        case 'P': chosen.server = (pid_t)atoi(optarg); break;
        default: exit(2);
        }
    }
    if (chosen.port == 0 || chosen.sessions == 0) {
        fprintf(stderr, "fake_asterisk: give --port and --sessions\n");
        exit(2);
    }
}

int main(int count, char **texts)
{
    struct rlimit files;

    read_options(count, texts);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1);
    alarm((unsigned)(chosen.seconds + chosen.warm_seconds) + 60);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    server_address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(chosen.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        give_up("epoll_create1");
    if (chosen.mode == IDLE)
        hold();
    else
        measure();
    return 0;
}
