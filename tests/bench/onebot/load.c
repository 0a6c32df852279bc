/* load.c: the load generator of the OneBot benchmark: the implementation side of OneBot v11 on
 * one raw socket. Knows nothing of Loubot; built by tests/bench/onebot_bench.mjs.
 *
 *   load SECONDS [PERCENT …]     e.g. load 5 0 2 30; f30 is only the fast phase, p2 the paced
 * one
 *
 * Listens on a free port of the loopback address and prints it; takes one application; reads
 * "go PID …" from stdin (the processes whose CPU time and memory are counted), and then drives
 * two phases for each percentage of reports: as fast as it goes with at most 64 unanswered, and
 * 1,000 lines a second. After each it waits until the application is done with what it has
 * still to say; that time counts in its CPU, not in its rate. A report is answered when a
 * message quotes it or a reaction names it; a chat line, which nobody answers, when the
 * WebSocket ping behind it was. One JSON line a phase.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

#define WINDOW 64
#define GROUPS 27
#define FIRST_GROUP 880001
#define SELF 10001
#define LINES_MAX (1 << 23)
#define OUT_MAX (4u << 20)
#define SAMPLES_MAX (1 << 20)
#define PIDS_MAX 8

static int fd = -1;
static unsigned char in[1 << 20];
static size_t in_len;
static char out[OUT_MAX];
static size_t out_len;
static int64_t sent_ns[LINES_MAX]; /* of reports by message id; 0: answered or a chat line */
static int64_t last_call_ns;
static uint64_t lines, chat_sent, chat_ponged, reports_sent, reports_answered, calls;
static int64_t samples[SAMPLES_MAX], chat_samples[SAMPLES_MAX];
static size_t sample_count, chat_sample_count;
static int pids[PIDS_MAX], pid_count;

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the WebSocket, server side -------------------------------------------------------- */

static void flush(void)
{
    size_t done = 0;
    while (done < out_len) {
        ssize_t n = write(fd, out + done, out_len - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    memmove(out, out + done, out_len - done);
    out_len -= done;
}

static void put_frame(int opcode, const char *bytes, size_t len)
{
    if (out_len + len + 10 > OUT_MAX) {
        fprintf(stderr, "the application does not read\n");
        exit(2);
    }
    out[out_len++] = (char)(0x80 | opcode);
    if (len < 126) {
        out[out_len++] = (char)len;
    } else {
        out[out_len++] = 126;
        out[out_len++] = (char)(len >> 8);
        out[out_len++] = (char)len;
    }
    memcpy(out + out_len, bytes, len);
    out_len += len;
}

static int64_t last_barrier_ns;

static void put_barrier(void)
{
    uint64_t mark[2] = {chat_sent, (uint64_t)(last_barrier_ns = now_ns())};
    put_frame(9, (const char *)mark, sizeof mark);
}

/* libwebsockets drops a ping that comes while it has not yet answered another. */
static void repeat_barrier(void)
{
    if (chat_sent != chat_ponged && now_ns() - last_barrier_ns > 3000000)
        put_barrier();
}

static void handshake(void)
{
    char request[8192] = "", sum[64], answer[256];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len;
    size_t len = 0;
    while (!strstr(request, "\r\n\r\n")) {
        ssize_t n = read(fd, request + len, sizeof request - 1 - len);
        if (n <= 0)
            die("handshake");
        request[len += (size_t)n] = '\0';
    }
    const char *key = strcasestr(request, "Sec-WebSocket-Key:");
    if (!key)
        die("no WebSocket");
    key += 18;
    key += strspn(key, " ");
    snprintf(answer, sizeof answer, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
             (int)strcspn(key, "\r"), key);
    EVP_Digest(answer, strlen(answer), digest, &digest_len, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)sum, digest, (int)digest_len);
    int n = snprintf(answer, sizeof answer,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                     sum);
    if (write(fd, answer, (size_t)n) != n)
        die("handshake");
}

/* ---- OneBot ---------------------------------------------------------------------------- */

static void put_text(const char *text)
{
    put_frame(1, text, strlen(text));
}

static void put_line(bool report)
{
    static const char *const chat[] = {
        "今天菜市场的西红柿真便宜",   "谁家的猫跑到楼下来了，好可爱",
        "周末一起去爬山吗",           "快递放门口就行，谢谢啦",
        "孩子们的运动会什么时候开始", "昨晚的球赛看了吗，太精彩了",
        "哈哈哈哈，笑死我了",         "有没有人拼车去火车站",
        "早上好，新的一天加油",       "这个视频你们看看，挺有意思的",
        "明天好像要下雨，记得收衣服", "楼下新开的面馆味道不错",
    };
    static const char *const troubles[] = {"的灯不亮了", "水管漏水了",  "门禁坏了",
                                           "电梯坏了",   "下水道堵了",  "垃圾没人清",
                                           "墙皮脱落了", "窗户玻璃碎了"};
    char text[128], event[1024];
    uint64_t id = ++lines, k = reports_sent;
    uint64_t group = report ? k % GROUPS : id % GROUPS;
    uint64_t user = report ? 1000000 + k : 500000 + id % 5000;
    if (report)
        snprintf(text, sizeof text, "%" PRIu64 "单元%" PRIu64 "楼%s", k / GROUPS % 4 + 1,
                 k / GROUPS / 4 % 33 + 1, troubles[k / GROUPS / 4 / 33 % 8]);
    else
        snprintf(text, sizeof text, "%s", chat[id % (sizeof chat / sizeof *chat)]);
    snprintf(
        event, sizeof event,
        "{\"self_id\":%d,\"user_id\":%" PRIu64 ",\"time\":%ld,\"message_id\":%" PRIu64
        ",\"message_seq\":%" PRIu64 ",\"real_id\":%" PRIu64
        ",\"message_type\":\"group\",\"sender\":{\"user_id\":%" PRIu64
        ",\"nickname\":\"住户%" PRIu64 "\",\"card\":\"\",\"role\":\"member\"},"
        "\"raw_message\":\"%s\",\"font\":14,\"sub_type\":\"normal\",\"message\":[{\"type\":"
        "\"text\",\"data\":{\"text\":\"%s\"}}],\"message_format\":\"array\",\"post_type\":"
        "\"message\",\"group_id\":%" PRIu64 "}",
        SELF, user, (long)time(NULL), id, id, id, user, user, text, text, FIRST_GROUP + group);
    put_text(event);
    if (report) {
        reports_sent++;
        sent_ns[id % LINES_MAX] = now_ns();
    } else {
        chat_sent++;
    }
}

static void answered(uint64_t id)
{
    int64_t *sent = &sent_ns[id % LINES_MAX];
    if (!*sent)
        return;
    if (sample_count < SAMPLES_MAX)
        samples[sample_count++] = now_ns() - *sent;
    *sent = 0;
    reports_answered++;
}

static void on_call(char *text)
{
    char answer[512];
    const char *echo = strstr(text, "\"echo\":"), *about;
    int echo_len = echo ? (int)strcspn(echo + 7, ",}") : 0;
    calls++;
    last_call_ns = now_ns();
    if ((about = strstr(text, "\"type\":\"reply\",\"data\":{\"id\":\"")))
        answered(strtoull(about + 29, NULL, 10));
    else if ((about = strstr(text, "\"set_msg_emoji_like\"")) &&
             (about = strstr(text, "\"message_id\":")))
        answered(strtoull(about + 13 + (about[13] == '"'), NULL, 10));
    const char *data = strstr(text, "\"get_login_info\"")
                           ? "\"user_id\":10001,\"nickname\":\"b\""
                       : strstr(text, "_history\"") ? "\"messages\":[]"
                                                    : NULL;
    char id[64];
    snprintf(id, sizeof id, "\"message_id\":%" PRIu64, 1000000000 + calls);
    snprintf(answer, sizeof answer,
             "{\"status\":\"ok\",\"retcode\":0,\"data\":{%s},\"echo\":%.*s}", data ? data : id,
             echo ? echo_len : 4, echo ? echo + 7 : "null");
    put_text(answer);
}

static void on_pong(const unsigned char *bytes, size_t len)
{
    uint64_t mark[2];
    if (len != sizeof mark)
        return;
    memcpy(mark, bytes, sizeof mark);
    chat_ponged = mark[0];
    if (chat_sample_count < SAMPLES_MAX)
        chat_samples[chat_sample_count++] = now_ns() - (int64_t)mark[1];
}

/* One frame at `at`, of which `have` bytes are there; its length, or 0 when it is not whole. */
static size_t take_frame(unsigned char *at, size_t have)
{
    size_t head = 2, len;
    if (have < 2)
        return 0;
    len = at[1] & 127;
    if (len == 126) {
        head = 4;
        len = (size_t)at[2] << 8 | at[3];
    } else if (len == 127) {
        die("a frame that large");
    }
    bool masked = at[1] & 128;
    size_t total = head + (masked ? 4 : 0) + len;
    if (have < total)
        return 0;
    unsigned char *mask = at + head, *bytes = mask + (masked ? 4 : 0);
    for (size_t i = 0; masked && i < len; i++)
        bytes[i] ^= mask[i & 3];
    int opcode = at[0] & 15;
    if (opcode == 8) {
        fprintf(stderr, "the application hung up: %.*s\n", (int)len, (char *)bytes);
        exit(1);
    }
    if (opcode == 9) {
        put_frame(10, (char *)bytes, len);
    } else if (opcode == 10) {
        on_pong(bytes, len);
    } else {
        unsigned char kept = bytes[len];
        bytes[len] = '\0';
        on_call((char *)bytes);
        bytes[len] = kept;
    }
    return total;
}

static void take_input(void)
{
    size_t at = 0, used;
    ssize_t n = read(fd, in + in_len, sizeof in - 1 - in_len);
    if (n == 0) {
        fprintf(stderr, "the application is gone\n");
        exit(1);
    }
    if (n < 0)
        return;
    in_len += (size_t)n;
    while ((used = take_frame(in + at, in_len - at)))
        at += used;
    memmove(in, in + at, in_len - at);
    in_len -= at;
}

static void wait_ms(int ms)
{
    struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (out_len ? POLLOUT : 0))};
    flush();
    poll(&p, 1, ms);
    if (p.revents & POLLIN)
        take_input();
    flush();
}

/* ---- measuring ------------------------------------------------------------------------- */

static uint64_t unanswered(void)
{
    return chat_sent - chat_ponged + reports_sent - reports_answered;
}

/* Reports that nobody answered do not count against the next phase. */
static uint64_t settle(void)
{
    int64_t end = now_ns() + 10000000000;
    put_barrier();
    while (unanswered() && now_ns() < end) {
        wait_ms(2);
        repeat_barrier();
    }
    uint64_t lost = unanswered();
    chat_ponged = chat_sent;
    reports_answered = reports_sent;
    memset(sent_ns, 0, sizeof sent_ns);
    return lost;
}

/* Further messages, to others than the reporter, may still be under way. */
static void drain(void)
{
    int64_t end = now_ns() + 30000000000;
    last_call_ns = now_ns();
    while (now_ns() - last_call_ns < 300000000 && now_ns() < end)
        wait_ms(5);
}

static void fast(int64_t end, int percent)
{
    uint64_t phase = 0;
    while (now_ns() < end) {
        bool any = false;
        for (; unanswered() < WINDOW; any = true, phase++) {
            put_line(phase * (uint64_t)percent / 100 != (phase + 1) * (uint64_t)percent / 100);
            if (phase % (WINDOW / 4) == 0)
                put_barrier(); /* so that the application never waits for the whole window */
        }
        if (any)
            put_barrier();
        wait_ms(2);
        repeat_barrier();
    }
}

static void paced(int64_t begin, int64_t end, int percent)
{
    uint64_t phase = 0;
    for (int64_t now; (now = now_ns()) < end;) {
        while ((uint64_t)((now - begin) / 1000000) > phase) {
            bool report =
                phase * (uint64_t)percent / 100 != (phase + 1) * (uint64_t)percent / 100;
            phase++;
            put_line(report);
            if (!report)
                put_barrier();
        }
        wait_ms(1);
    }
}

static void phase(const char *name, int percent, int seconds)
{
    double cpu[PIDS_MAX], used = 0;
    uint64_t lines_before = lines, calls_before = calls;
    sample_count = chat_sample_count = 0;
    for (int i = 0; i < pid_count; i++)
        cpu[i] = cpu_seconds(pids[i]);
    int64_t begin = now_ns(), end = begin + (int64_t)seconds * 1000000000;
    if (strcmp(name, "fast") == 0)
        fast(end, percent);
    else
        paced(begin, end, percent);
    uint64_t lost = settle();
    double took = (double)(now_ns() - begin) / 1e9;
    drain();
    printf("{\"phase\":\"%s\",\"percent\":%d,\"lines\":%" PRIu64
           ",\"seconds\":%.3f,\"calls\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"cpu\":[",
           name, percent, lines - lines_before, took, calls - calls_before, lost);
    for (int i = 0; i < pid_count; i++) {
        used = cpu_seconds(pids[i]) - cpu[i];
        printf("%s%.2f", i ? "," : "", used);
    }
    printf("],\"rss_kb\":[");
    for (int i = 0; i < pid_count; i++)
        printf("%s%ld", i ? "," : "", rss_kb(pids[i]));
    size_t reports = sample_count;
    printf("],\"all\":%" PRIu64
           ",\"reports\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"chat_p50_ms\":%.3f,"
           "\"chat_p99_ms\":%.3f}\n",
           lines, reports, percentile_ms(samples, reports, 0.5),
           percentile_ms(samples, reports, 0.99),
           percentile_ms(chat_samples, chat_sample_count, 0.5),
           percentile_ms(chat_samples, chat_sample_count, 0.99));
    fflush(stdout);
}

static void listen_and_take(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&address, &size))
        die("listen");
    printf("{\"port\":%d}\n", ntohs(address.sin_port));
    fflush(stdout);
    fd = accept(listener, NULL, NULL);
    close(listener);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    handshake();
    fcntl(fd, F_SETFL, O_NONBLOCK);
    put_text("{\"time\":1,\"self_id\":10001,\"post_type\":\"meta_event\",\"meta_event_type\":"
             "\"lifecycle\",\"sub_type\":\"connect\"}");
    flush();
}

/* Serves the application until the driver says "go PID …". */
static void await_go(void)
{
    char line[256];
    struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    for (;;) {
        poll(p, 2, -1);
        if (p[1].revents)
            wait_ms(0);
        if (p[0].revents)
            break;
    }
    if (!fgets(line, sizeof line, stdin))
        exit(2);
    strtok(line, " \n");
    for (char *word; pid_count < PIDS_MAX && (word = strtok(NULL, " \n"));)
        pids[pid_count++] = atoi(word);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: load SECONDS PERCENT …\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    listen_and_take();
    await_go();
    for (int i = 2; i < argc; i++) {
        int percent = atoi(argv[i] + strspn(argv[i], "fp"));
        if (argv[i][0] != 'p')
            phase("fast", percent, atoi(argv[1]));
        if (argv[i][0] != 'f')
            phase("paced", percent, atoi(argv[1]));
    }
    return 0;
}
