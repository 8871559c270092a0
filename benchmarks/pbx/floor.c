/* A call-centre floor for load: callers and agents in SIP, the callers' RTP and their keys, in one thread.
 *
 * Theory. A fixed number of callers is kept in the rating: whenever one ends, an agent of a call that is ready
 * (in conversation) hangs up. So the load is a number of ratings under way and not a rate of arrivals.
 * Incoming RTP costs a sender's machine more than anything else; so sockets are read in turns, every 40 ms, and the
 * kernel's own time stamps tell when each frame arrived. What a caller did is written down as it was done.
 * All times are microseconds of the wall clock; one line for each rating on standard output.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 2048
#define BATCH 16
#define FRAME 256
#define LONGEST_GAP_MS 1000
#define TICK_MS 2
#define READ_EVERY_US 40000
#define RESEND_US 500000
#define GIVE_UP_US 8000000
#define SETTLE_US 250000
#define STANDSTILL_US 60000000
typedef int64_t us;

enum state { FREE, INVITING, WAITING, TALKING, RATING, LEAVING };

struct slot {
    enum state state;
    int rtp, rtp_port, generation;
    unsigned source, offset;
    uint16_t sequence;
    us changed, resend, next_read;
    char *out;                       /* the request that waits for its answer, sent again until then */
    int out_socket;
    char to_tag[96], target[16];     /* the caller's leg: Asterisk's tag */
    char leg_id[160], leg_from[256], leg_to[256], leg_peer[256], agent[32];
    char *leg_answer;                /* the agent's 200, sent again until its ACK */
    struct sockaddr_in peer;
    int key, pressed, packets, leaves;
    us key_due, key_hold, leave_due, event_next;
    unsigned event_stamp;
    us invited, connected, answered, bye, bye_done, first, down, up, left;
    const char *left_by;
    long frames, before, late40, late60, pauses;
    us last_arrival, worst_gap, worst_pause;
    unsigned last_stamp;
    uint16_t last_sequence;
};

static struct slot slots[SLOTS];
static int callers_socket, agents_socket, agent_rtp_port;
static int callers_port, agents_port, target, spare, slot_count;
static long calls_wanted, hold_ms, press_from_ms, press_to_ms, leave_percent, talk_ms, ramp_per_s, longest_ms;
static const char *tag;
static struct sockaddr_in pbx;
static long gaps[LONGEST_GAP_MS + 1], pauses[LONGEST_GAP_MS + 1];
static long begun, rated, resent, refused, branch;
static us steady_from, steady_to;
static const char *KEYS = "123";

static us now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (us)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long between(long low, long high) { return high > low ? low + random() % (high - low) : low; }

static int bound(int port, int receive_bytes) {
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(s, (struct sockaddr *)&at, sizeof at)) { close(s); return -1; }
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return s;
}

/* An even port and its neighbour, where Asterisk sends RTCP: nobody else may have that one. It is never read. */
static int bound_pair(int port, int receive_bytes) {
    int s = bound(port, receive_bytes), neighbour = s < 0 ? -1 : bound(port + 1, 1);
    if (s >= 0 && neighbour < 0) { close(s); return -1; }
    return s;
}

static void sip_send(int s, const char *text) { sendto(s, text, strlen(text), 0, (struct sockaddr *)&pbx, sizeof pbx); }

/* Send a request and keep it until it is answered. */
static void ask(struct slot *c, int s, char *text) {
    free(c->out);
    c->out = text;
    c->out_socket = s;
    c->resend = now() + RESEND_US;
    sip_send(s, text);
}

static void answered(struct slot *c) { free(c->out); c->out = NULL; }

/* Copy the value of a header (the first, or with its name all of them: Via) into `to`. */
static int header(const char *message, const char *name, char *to, size_t room) {
    size_t n = strlen(name);
    for (const char *line = message; line && *line; line = strstr(line, "\r\n"), line = line ? line + 2 : NULL) {
        if (!strncmp(line, "\r\n", 2)) break;
        if (strncasecmp(line, name, n) || line[n] != ':') continue;
        const char *from = line + n + 1, *end = strstr(line, "\r\n");
        while (*from == ' ') from++;
        size_t length = end ? (size_t)(end - from) : strlen(from);
        if (length >= room) length = room - 1;
        memcpy(to, from, length);
        to[length] = 0;
        return 1;
    }
    *to = 0;
    return 0;
}

static void vias(const char *message, char *to, size_t room) {
    size_t used = 0;
    *to = 0;
    for (const char *line = message; line; line = strstr(line, "\r\n"), line = line ? line + 2 : NULL) {
        if (!strncmp(line, "\r\n", 2)) break;
        const char *end = strstr(line, "\r\n");
        if (!strncasecmp(line, "Via:", 4) && end && used + (size_t)(end - line) + 3 < room) {
            memcpy(to + used, line, (size_t)(end - line) + 2);
            used += (size_t)(end - line) + 2;
            to[used] = 0;
        }
    }
}

static char *sdp(const char *who, int port) {
    char *text;
    if (asprintf(&text, "v=0\r\no=%s 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0 101\r\n"
                 "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n", who, port) < 0) abort();
    return text;
}

/* Answer a request with no body. */
static void reply(int s, const char *message, const char *status) {
    char via[2048], from[256], to[256], id[160], sequence[64], *text;
    vias(message, via, sizeof via);
    header(message, "From", from, sizeof from);
    header(message, "To", to, sizeof to);
    header(message, "Call-ID", id, sizeof id);
    header(message, "CSeq", sequence, sizeof sequence);
    if (asprintf(&text, "SIP/2.0 %s\r\n%sFrom: %s\r\nTo: %s%s\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
                 status, via, from, to, strstr(to, "tag=") ? "" : ";tag=floor", id, sequence) < 0) abort();
    sip_send(s, text);
    free(text);
}

static char *caller_request(struct slot *c, const char *method, int number, const char *body) {
    int n = (int)(c - slots);
    char *text;
    if (asprintf(&text,
                 "%s sip:%s@127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s%ld\r\n"
                 "From: \"s%dg%d\" <sip:+44207946%04d@127.0.0.1:%d>;tag=c%dg%d\r\nTo: <sip:%s@127.0.0.1:%d>%s%s\r\n"
                 "Call-ID: %d-%d-%s@floor\r\nCSeq: %d %s\r\nContact: <sip:s%d@127.0.0.1:%d>\r\nMax-Forwards: 70\r\n"
                 "%sContent-Length: %zu\r\n\r\n%s",
                 method, c->target, ntohs(pbx.sin_port), callers_port, tag, ++branch, n, c->generation, n % 10000, callers_port, n,
                 c->generation, c->target, ntohs(pbx.sin_port), *c->to_tag ? ";tag=" : "", c->to_tag, n, c->generation, tag,
                 number, method, n, callers_port, *body ? "Content-Type: application/sdp\r\n" : "", strlen(body), body) < 0) abort();
    return text;
}

static void invite(struct slot *c) {
    int rtp = c->rtp, port = c->rtp_port, generation = c->generation + 1;
    char junk[2048], *body;
    free(c->out);
    free(c->leg_answer);
    memset(c, 0, sizeof *c);
    c->rtp = rtp, c->rtp_port = port, c->generation = generation;
    while (recv(rtp, junk, sizeof junk, 0) > 0) {}
    c->source = (unsigned)random(), c->offset = (unsigned)random(), c->sequence = (uint16_t)(random() & 0x7fff);
    strcpy(c->target, (c - slots) % 2 ? "sales" : "support");
    c->state = INVITING;
    c->invited = c->changed = now();
    body = sdp("caller", port);
    ask(c, callers_socket, caller_request(c, "INVITE", 1, body));
    free(body);
}

static void leave(struct slot *c) {
    c->left = now(), c->left_by = "caller", c->state = LEAVING, c->changed = c->left;
    ask(c, callers_socket, caller_request(c, "BYE", 2, ""));
}

static void agent_bye(struct slot *c) {
    char *text;
    if (asprintf(&text, "BYE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s%ld\r\nFrom: %s\r\nTo: %s\r\n"
                 "Call-ID: %s\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                 c->leg_peer, agents_port, tag, ++branch, c->leg_to, c->leg_from, c->leg_id) < 0) abort();
    c->state = RATING;
    c->before = c->frames, c->frames = 0, c->last_arrival = 0;
    c->changed = c->bye = now();
    ask(c, agents_socket, text);
    rated++;
}

static void over(struct slot *c) {
    if (c->bye)
        printf("%d-%d-%s@floor %s %s %lld %lld %lld %lld %lld %lld %c %lld %lld %lld %s %d %ld %ld %ld %ld %lld %ld %lld\n",
               (int)(c - slots), c->generation, tag, c->target, *c->agent ? c->agent : "-", (long long)c->invited, (long long)c->connected,
               (long long)c->answered, (long long)c->bye, (long long)c->bye_done, (long long)c->first,
               c->down ? KEYS[c->key] : '-', (long long)c->down, (long long)c->up, (long long)c->left,
               c->left_by ? c->left_by : "nobody", c->leaves, c->before, c->frames, c->late40, c->late60,
               (long long)c->worst_gap, c->pauses, (long long)c->worst_pause);
    answered(c);
    c->state = FREE;
    c->changed = now();
}

static struct slot *by_caller_id(const char *id) {
    int n, generation;
    if (sscanf(id, "%d-%d-", &n, &generation) != 2 || n < 0 || n >= slot_count) return NULL;
    return slots[n].generation == generation && strstr(id, tag) ? &slots[n] : NULL;
}

static void caller_message(const char *m) {
    char id[160], sequence[64], to[256];
    header(m, "Call-ID", id, sizeof id);
    header(m, "CSeq", sequence, sizeof sequence);
    struct slot *c = by_caller_id(id);
    if (strncmp(m, "SIP/2.0 ", 8)) {
        if (strncmp(m, "ACK ", 4)) reply(callers_socket, m, "200 OK");
        if (c && !strncmp(m, "BYE ", 4) && c->state != FREE) {
            if (!c->left) c->left = now(), c->left_by = "pbx";
            over(c);
        }
        return;
    }
    int status = atoi(m + 8);
    if (!c) return;
    if (strstr(sequence, "BYE")) {
        if (c->state == LEAVING && status >= 200) over(c);
    } else if (status < 200) {
        answered(c); /* it has arrived; the final answer is Asterisk's to repeat */
    } else if (status == 200) {
        char *at = strstr(m, "m=audio "), *ack;
        header(m, "To", to, sizeof to);
        char *t = strstr(to, "tag=");
        snprintf(c->to_tag, sizeof c->to_tag, "%s", t ? t + 4 : "");
        answered(c);
        sip_send(callers_socket, ack = caller_request(c, "ACK", 1, ""));
        free(ack);
        if (c->state == INVITING) {
            c->peer = pbx;
            c->peer.sin_port = htons(at ? atoi(at + 8) : 0);
            c->state = WAITING, c->connected = c->changed = now();
        }
    } else if (c->state == INVITING) {
        refused++;
        over(c);
    }
}

static void agent_invite(const char *m) {
    char from[256], to[256], id[160], sequence[64], contact[256], via[2048], *body;
    int n, generation;
    header(m, "From", from, sizeof from);
    header(m, "To", to, sizeof to);
    header(m, "Call-ID", id, sizeof id);
    header(m, "CSeq", sequence, sizeof sequence);
    header(m, "Contact", contact, sizeof contact);
    vias(m, via, sizeof via);
    char *name = strstr(from, "\"s");
    if (!name || sscanf(name, "\"s%dg%d\"", &n, &generation) != 2 || n < 0 || n >= slot_count) { reply(agents_socket, m, "486 Busy Here"); return; }
    struct slot *c = &slots[n];
    if (c->leg_answer && !strcmp(c->leg_id, id)) { sip_send(agents_socket, c->leg_answer); return; }
    if (c->state != WAITING || *c->leg_id || c->generation != generation) { reply(agents_socket, m, "486 Busy Here"); return; }
    char *uri = strstr(contact, "sip:"), *end = uri ? strpbrk(uri, ">;") : NULL;
    if (!uri) return;
    if (end) *end = 0;
    snprintf(c->leg_peer, sizeof c->leg_peer, "%s", uri);
    snprintf(c->leg_id, sizeof c->leg_id, "%s", id);
    snprintf(c->leg_from, sizeof c->leg_from, "%s", from);
    if (sscanf(to, "%*[^:]:%31[^@]", c->agent) != 1) strcpy(c->agent, "-");
    snprintf(c->leg_to, sizeof c->leg_to, "%.200s;tag=a%d-%d", to, n, c->generation);
    body = sdp("agent", agent_rtp_port);
    if (asprintf(&c->leg_answer, "SIP/2.0 200 OK\r\n%sFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: <sip:agent@127.0.0.1:%d>\r\n"
                 "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
                 via, from, c->leg_to, id, sequence, agents_port, strlen(body), body) < 0) abort();
    free(body);
    sip_send(agents_socket, c->leg_answer);
    c->resend = now() + RESEND_US;
}

static void agent_message(const char *m) {
    char id[160], sequence[64];
    header(m, "Call-ID", id, sizeof id);
    header(m, "CSeq", sequence, sizeof sequence);
    if (!strncmp(m, "INVITE ", 7)) { agent_invite(m); return; }
    struct slot *c = NULL;
    for (int n = 0; n < slot_count && !c; n++)
        if (slots[n].state != FREE && !strcmp(slots[n].leg_id, id)) c = &slots[n];
    if (!strncmp(m, "SIP/2.0 ", 8)) {
        if (c && strstr(sequence, "BYE") && atoi(m + 8) >= 200 && !c->bye_done) { c->bye_done = now(); answered(c); }
    } else if (!strncmp(m, "ACK ", 4)) {
        if (c && c->state == WAITING) {
            c->state = TALKING, c->answered = c->changed = now();
            free(c->leg_answer);
            c->leg_answer = NULL;
        }
    } else {
        reply(agents_socket, m, "200 OK");
    }
}

static void press_packet(struct slot *c, us t, int end) {
    unsigned char p[16];
    unsigned duration = (unsigned)((t - c->down) * 8 / 1000 + (end ? 0 : 160));
    uint32_t word;
    p[0] = 0x80, p[1] = (unsigned char)(101 | (c->packets ? 0 : 0x80));
    c->sequence++;
    p[2] = (unsigned char)(c->sequence >> 8), p[3] = (unsigned char)c->sequence;
    word = htonl(c->event_stamp), memcpy(p + 4, &word, 4);
    word = htonl(c->source), memcpy(p + 8, &word, 4);
    p[12] = (unsigned char)(KEYS[c->key] - '0'), p[13] = (unsigned char)(10 | (end ? 0x80 : 0));
    p[14] = (unsigned char)(duration >> 8), p[15] = (unsigned char)duration;
    c->packets++;
    sendto(c->rtp, p, sizeof p, 0, (struct sockaddr *)&c->peer, sizeof c->peer);
}

static void press(struct slot *c, us t) {
    if (!c->down) {
        c->down = t, c->event_next = t + 20000;
        c->event_stamp = c->offset + (unsigned)((t - c->invited) * 8 / 1000);
        press_packet(c, t, 0);
    } else if (t >= c->down + c->key_hold) {
        for (int i = 0; i < 3; i++) press_packet(c, t, 1);
        c->up = t, c->pressed = 1;
        c->leave_due = c->leaves ? t + between(20, 280) * 1000 : 0;
    } else if (t >= c->event_next) {
        c->event_next += 20000;
        press_packet(c, t, 0);
    }
}

static void heard(struct slot *c, const unsigned char *p, us arrival) {
    unsigned stamp = (unsigned)p[4] << 24 | (unsigned)p[5] << 16 | (unsigned)p[6] << 8 | p[7];
    uint16_t sequence = (uint16_t)(p[2] << 8 | p[3]);
    c->frames++;
    if (c->state != RATING) return;
    if (!c->first) {
        c->first = arrival;
        c->key = (int)between(0, 3);
        c->key_due = arrival + between(press_from_ms, press_to_ms) * 1000;
        c->key_hold = between(100, 160) * 1000;
        c->leaves = random() % 100 < leave_percent;
    }
    if (c->last_arrival) {
        us gap = arrival - c->last_arrival, bucket = gap / 1000;
        int steady = steady_from && !steady_to;
        if (bucket > LONGEST_GAP_MS) bucket = LONGEST_GAP_MS;
        /* Within a prompt the time stamp goes on by one frame; between two it jumps by the silence. */
        if ((uint16_t)(sequence - c->last_sequence) == 1 && stamp - c->last_stamp == 160) {
            if (steady) gaps[bucket]++;
            if (gap > 40000) c->late40++;
            if (gap > 60000) c->late60++;
            if (gap > c->worst_gap) c->worst_gap = gap;
        } else {
            if (steady) pauses[bucket]++;
            c->pauses++;
            if (gap > c->worst_pause) c->worst_pause = gap;
        }
    }
    c->last_arrival = arrival, c->last_stamp = stamp, c->last_sequence = sequence;
}

static void listen_to(struct slot *c) {
    static unsigned char data[BATCH][FRAME];
    static char control[BATCH][64];
    struct sockaddr_in from[BATCH];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){data[i], FRAME};
        messages[i].msg_hdr = (struct msghdr){&from[i], sizeof from[i], &parts[i], 1, control[i], sizeof control[i], 0};
    }
    int count = recvmmsg(c->rtp, messages, BATCH, 0, NULL);
    for (int i = 0; i < count; i++) {
        struct cmsghdr *note = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        if (messages[i].msg_len <= 12 || (data[i][1] & 0x7f) != 0 || from[i].sin_port != c->peer.sin_port || !note) continue;
        struct timespec t;
        memcpy(&t, CMSG_DATA(note), sizeof t);
        heard(c, data[i], (us)t.tv_sec * 1000000 + t.tv_nsec / 1000);
    }
}

static void receive(int s, void (*take)(const char *)) {
    static char message[65536];
    ssize_t n;
    while ((n = recv(s, message, sizeof message - 1, 0)) > 0) {
        message[n] = 0;
        if (strstr(message, "SIP/2.0")) take(message);
    }
}

static void turn(struct slot *c, us t) {
    if (c->out && t > c->resend) {
        resent++;
        sip_send(c->out_socket, c->out);
        c->resend = t + RESEND_US;
    }
    if (c->leg_answer && t > c->resend) {
        resent++;
        sip_send(agents_socket, c->leg_answer);
        c->resend = t + RESEND_US;
    }
    if ((c->state == TALKING || c->state == RATING) && t >= c->next_read) {
        listen_to(c);
        c->next_read = t + READ_EVERY_US;
    }
    if (c->state == RATING && c->key_due && !c->pressed && t >= c->key_due) press(c, t);
    if (c->state == RATING && c->leave_due && t >= c->leave_due) leave(c);
    else if (c->state == RATING && t - c->changed > longest_ms * 1000) { leave(c); c->left_by = "stuck"; }
    if (c->state == INVITING && t - c->changed > GIVE_UP_US) { refused++; over(c); }
    if (c->state == LEAVING && t - c->changed > GIVE_UP_US) over(c);
    if (c->state == WAITING && t - c->changed > 3 * GIVE_UP_US) { refused++; leave(c); }
}

static long number(char **arguments, int *at) { return atol(arguments[(*at)++]); }

int main(int count, char **arguments) {
    if (count != 18) { fprintf(stderr, "usage: floor PBX CALLERS AGENTS RTP_FIRST RTP_SPAN TARGET SPARE CALLS HOLD_MS PRESS_FROM_MS PRESS_TO_MS "
                                       "LEAVE_PERCENT TALK_MS RAMP_PER_S LONGEST_MS SEED TAG\n"); return 2; }
    int at = 1;
    pbx.sin_family = AF_INET, pbx.sin_addr.s_addr = htonl(INADDR_LOOPBACK), pbx.sin_port = htons((uint16_t)number(arguments, &at));
    callers_port = (int)number(arguments, &at), agents_port = (int)number(arguments, &at);
    int port = (int)number(arguments, &at) & ~1, last = port + (int)number(arguments, &at);
    target = (int)number(arguments, &at), spare = (int)number(arguments, &at), calls_wanted = number(arguments, &at);
    hold_ms = number(arguments, &at), press_from_ms = number(arguments, &at), press_to_ms = number(arguments, &at);
    leave_percent = number(arguments, &at), talk_ms = number(arguments, &at), ramp_per_s = number(arguments, &at);
    longest_ms = number(arguments, &at);
    srandom((unsigned)number(arguments, &at));
    tag = arguments[at];
    slot_count = target + spare;
    if (slot_count > SLOTS) { fprintf(stderr, "at most %d calls at once\n", SLOTS); return 2; }
    callers_socket = bound(callers_port, 4 << 20), agents_socket = bound(agents_port, 4 << 20);
    if (callers_socket < 0 || agents_socket < 0) { perror("bind"); return 3; }
    int silent = -1;
    for (; silent < 0 && port < last; port += 2) if ((silent = bound_pair(port, 4096)) >= 0) agent_rtp_port = port;
    for (int n = 0; n < slot_count && port < last; port += 2)
        if ((slots[n].rtp = bound_pair(port, 1 << 18)) >= 0) slots[n++].rtp_port = port;
    if (!slots[slot_count - 1].rtp_port) { fprintf(stderr, "no free RTP ports\n"); return 3; }

    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = callers_socket};
    epoll_ctl(poll, EPOLL_CTL_ADD, callers_socket, &event);
    event.data.fd = agents_socket;
    epoll_ctl(poll, EPOLL_CTL_ADD, agents_socket, &event);

    us began = now(), next_bye = began, last_bye = began, next_invite = began, next_turn = began, last_turn = began, worst_turn = 0;
    double rating_seconds = 0;
    long fewest = target, most = 0;
    int stopping = 0, next_slot = 0;
    us stopped = 0;
    us longest_ramp = (us)(target * 1000000.0 / (double)ramp_per_s) * 3 + 20000000;
    for (;;) {
        struct epoll_event ready[4];
        int found = epoll_wait(poll, ready, 4, TICK_MS);
        for (int i = 0; i < found; i++)
            receive(ready[i].data.fd, ready[i].data.fd == callers_socket ? caller_message : agent_message);
        us t = now();
        if (t < next_turn) continue;
        next_turn = t + TICK_MS * 1000;
        if (t - last_turn > worst_turn) worst_turn = t - last_turn;
        int rating = 0, arriving = 0, busy = 0;
        struct slot *oldest = NULL;
        for (int n = 0; n < slot_count; n++) {
            struct slot *c = &slots[n];
            if (c->state == FREE) continue;
            turn(c, t);
            busy += c->state != FREE;
            rating += c->state == RATING;
            arriving += c->state == INVITING || c->state == WAITING || c->state == TALKING;
            if (c->state == TALKING && t - c->changed >= talk_ms * 1000 && (!oldest || c->changed < oldest->changed)) oldest = c;
        }
        if (steady_from && !steady_to) {
            rating_seconds += (double)(t - last_turn) / 1e6 * rating;
            if (rating < fewest) fewest = rating;
        }
        last_turn = t;
        if (rating > most) most = rating;
        if (!stopping) {
            if (rating < target && oldest && t >= next_bye) {
                agent_bye(oldest);
                last_bye = t;
                next_bye = t + 1000000 / ramp_per_s;
                if (++rating >= target && !steady_from) {
                    steady_from = t;
                    fprintf(stderr, "steady\n");
                }
            }
            if (arriving < spare && t >= next_invite) {
                for (int tried = 0; tried < slot_count; tried++, next_slot = (next_slot + 1) % slot_count)
                    if (slots[next_slot].state == FREE && t - slots[next_slot].changed > SETTLE_US) {
                        invite(&slots[next_slot]);
                        begun++;
                        next_invite = t + 1000000 / ramp_per_s / 2;
                        break;
                    }
            }
            int held = steady_from && t - steady_from >= hold_ms * 1000, hopeless = !steady_from && t - began > longest_ramp;
            /* Asterisk answers no more. */
            hopeless = hopeless || t - last_bye > STANDSTILL_US;
            if ((calls_wanted && rated >= calls_wanted) || (!calls_wanted && held) || hopeless) {
                stopping = 1, stopped = t, steady_to = t;
                fprintf(stderr, "ending\n");
            }
        } else {
            for (int n = 0; n < slot_count; n++)
                if (slots[n].state == TALKING || slots[n].state == WAITING) leave(&slots[n]);
            if (!busy || t - stopped > (longest_ms + 10000) * 1000) break;
        }
    }
    for (int n = 0; n < slot_count; n++) if (slots[n].state != FREE) over(&slots[n]);
    us held = steady_from ? steady_to - steady_from : 0;
    printf("# steady_from %lld steady_to %lld mean_rating %.1f fewest_rating %ld most_rating %ld begun %ld rated %ld resent %ld refused %ld worst_turn %lld\n",
           (long long)steady_from, (long long)steady_to, held ? rating_seconds / ((double)held / 1e6) : 0.0, steady_from ? fewest : 0,
           most, begun, rated, resent, refused, (long long)worst_turn);
    printf("# gaps");
    for (int i = 0; i <= LONGEST_GAP_MS; i++) if (gaps[i]) printf(" %d:%ld", i, gaps[i]);
    printf("\n# pauses");
    for (int i = 0; i <= LONGEST_GAP_MS; i++) if (pauses[i]) printf(" %d:%ld", i, pauses[i]);
    printf("\n");
    return 0;
}
