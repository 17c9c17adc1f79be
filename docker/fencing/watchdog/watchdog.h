// What the driver and those who open its device have in common.
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SOCKET "/run/lab-watchdog"
// Why the node went down, for lab-power-on at the next boot.
#define RESET "/var/lib/lab/reset"
// The kernel's number of the first pid namespace, in which reboot(2) would be the machine's that the lab is on.
#define FIRST_PIDS "pid:[4026531836]"

// An ioctl on its way to the driver, which answers with the same. Whatever else is written to it keeps it quiet.
struct call {
  char mark[8];
  unsigned long request;
  int value;
  int error;
};
#define MARK "WDIOCTL"

// Where that is not known as well.
static inline int is_machine(void) {
  char pids[64] = "";
  return readlink("/proc/self/ns/pid", pids, sizeof pids - 1) < 0 || strcmp(pids, FIRST_PIDS) == 0;
}

static inline void note(const char *why) {
  FILE *file = fopen(RESET, "w");
  if (file == NULL) return;
  fprintf(file, "%s\n", why);
  fclose(file);
}

// As a power failure: the kernel kills all that runs in this pid namespace. Comes back where it does not.
static inline void reset_node(const char *why) {
  if (is_machine()) return;
  note(why);
  syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, NULL);
}
