// Loaded into sbd on nodes of the lab: what it takes for a watchdog is the stand-in, and nothing that it does to reset its node leaves the node.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "watchdog.h"

#define DEVICES "/dev/watchdog"

// Of the kernel that all nodes share with their machine.
static const char *kept(const char *path) {
  int shared = strcmp(path, "/proc/sysrq-trigger") == 0 || strcmp(path, "/proc/sys/kernel/sysrq") == 0;
  return shared ? "/dev/null" : path;
}

static int open_watchdog(int flags) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | (flags & O_CLOEXEC ? SOCK_CLOEXEC : 0), 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int refused = errno == ECONNREFUSED;
  close(fd);
  errno = refused ? EBUSY : ENODEV;
  return -1;
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0;
  va_end(more);
  if (strncmp(path, DEVICES, strlen(DEVICES)) == 0) return open_watchdog(flags);
  return syscall(SYS_openat, AT_FDCWD, kept(path), flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

FILE *fopen(const char *path, const char *mode) {
  FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");
  return real(kept(path), mode);
}

FILE *fopen64(const char *path, const char *mode) __attribute__((alias("fopen")));

// Every file that sbd makes such a call of is the watchdog's.
static int ask(int fd, unsigned long request, int *value) {
  struct call call = {.mark = MARK, .request = request, .value = *value};
  if (send(fd, &call, sizeof call, MSG_NOSIGNAL) < 0 || recv(fd, &call, sizeof call, 0) != sizeof call) return -1;
  *value = call.value;
  errno = call.error;
  return call.error == 0 ? 0 : -1;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list more;
  va_start(more, request);
  void *argument = va_arg(more, void *);
  va_end(more);
  if (_IOC_TYPE(request) != WATCHDOG_IOCTL_BASE) return syscall(SYS_ioctl, fd, request, argument);
  if (request != WDIOC_GETSUPPORT) return ask(fd, request, argument);
  *(struct watchdog_info *)argument =
      (struct watchdog_info){.options = WDIOF_SETTIMEOUT | WDIOF_KEEPALIVEPING | WDIOF_MAGICCLOSE, .identity = "lab"};
  return 0;
}

int reboot(int how) {
  (void)how;
  reset_node("sbd reset it");
  errno = EPERM;
  return -1;
}
