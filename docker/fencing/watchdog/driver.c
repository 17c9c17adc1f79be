// A stand-in for the watchdog of a machine, as drivers have them behave: to open it arms it, and where it is not fed within its timeout it
// resets the node. To close it disarms it after a 'V' alone. It reaches nothing outside the node.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/watchdog.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include "watchdog.h"

static int timeout = 60;
static int armed = 0;
// The last word was a 'V'.
static int released = 0;
static long fed_ms;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The name of a device without being one: whoever opens it without the stand-in finds /dev/null, which is no watchdog.
static void make_device(const char *path) {
  if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) != 0 && errno != EEXIST) fail(path);
}

// By these sbd would reset the machine that the lab is on, where its kernel has them.
static void hide(const char *path) {
  if (access(path, F_OK) == 0 && mount("/dev/null", path, NULL, MS_BIND, NULL) != 0) fail(path);
}

// To nobody else while one has it: whoever tries is refused.
static int listening(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
  int server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  unlink(SOCKET);
  if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof address) != 0 || listen(server, 0) != 0) fail(SOCKET);
  return server;
}

static void wait_for(int fd) {
  for (;;) {
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    long left = fed_ms + timeout * 1000L - now_ms();
    if (armed && left <= 0) {
      char why[64];
      snprintf(why, sizeof why, "the watchdog was not fed for %d s", timeout);
      reset_node(why);
      fail("reset");
    }
    if (poll(&readable, 1, armed ? (int)left : -1) > 0) return;
  }
}

static void answer(int client, struct call *call) {
  call->error = 0;
  if (call->request == WDIOC_SETTIMEOUT && call->value > 0) timeout = call->value;
  else if (call->request == WDIOC_GETTIMEOUT) call->value = timeout;
  else if (call->request == WDIOC_SETOPTIONS) armed = (call->value & WDIOS_DISABLECARD) == 0;
  else if (call->request != WDIOC_KEEPALIVE) call->error = EINVAL;
  send(client, call, sizeof *call, MSG_NOSIGNAL);
}

// Until it is closed by the last process that had it.
static void serve(int client) {
  char said[sizeof(struct call)];
  armed = 1;
  released = 0;
  for (;;) {
    fed_ms = now_ms();
    wait_for(client);
    ssize_t size = recv(client, said, sizeof said, 0);
    if (size <= 0) break;
    int called = size == sizeof(struct call) && memcmp(said, MARK, sizeof MARK) == 0;
    if (called) answer(client, (struct call *)said);
    else released = memchr(said, 'V', size) != NULL;
  }
  if (released) armed = 0;
  close(client);
}

int main(int argc, char **argv) {
  if (is_machine()) {
    fprintf(stderr, "this is no container: a reset would be the machine's\n");
    return 1;
  }
  hide("/proc/sysrq-trigger");
  hide("/proc/sys/kernel/sysrq");
  for (int at = 1; at < argc; at++) make_device(argv[at]);
  note("the watchdog did not");
  for (;;) {
    int server = listening();
    wait_for(server);
    int client = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    close(server);
    if (client < 0) fail("accept");
    serve(client);
  }
}
