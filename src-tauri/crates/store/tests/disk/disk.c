/* A disk that refuses: loaded before the C library, it lets the n-th write to a file in one folder fail, or the process die
   at it. `DISK=how:n` and `DISK_FOLDER=/path`; how is
     full   no space from that write on (writes and growing only: what is there can still be synced),
     error  an input/output error, once,
     dies   the process ends before the write,
     torn   half of the bytes are written, then the process ends.
   What it counted goes to standard error at the end of the process. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long counted, at;
static char how;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
  const char *wish = getenv("DISK");
  folder = getenv("DISK_FOLDER");
  const char *number = wish ? strchr(wish, ':') : NULL;
  if (!number || !folder) { folder = NULL; return; }
  how = wish[0];
  at = atol(number + 1);
}

__attribute__((destructor)) static void end(void) {
  if (folder) fprintf(stderr, "writes=%ld\n", counted);
}

static int is_ours(int fd) {
  char link[64], path[PATH_MAX];
  if (!folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}

/* Whether this write is not done; `half` is set when the process is to end with half of it written. */
static int refused(int fd, int grows, int *half) {
  if (!is_ours(fd)) return 0;
  counted++;
  if (counted < at) return 0;
  switch (how) {
    case 'f':
      if (!grows) return 0;
      errno = ENOSPC;
      return 1;
    case 'e':
      if (counted > at) return 0;
      errno = EIO;
      return 1;
    case 'd':
      _exit(86);
    case 't':
      if (!half) _exit(86);
      *half = 1;
      return 0;
  }
  return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place) {
  int half = 0;
  if (refused(fd, 1, &half)) return -1;
  if (half) { REAL(pwrite64)(fd, bytes, length / 2, place); _exit(86); }
  return REAL(pwrite64)(fd, bytes, length, place);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) { return pwrite64(fd, bytes, length, place); }

ssize_t write(int fd, const void *bytes, size_t length) {
  int half = 0;
  if (refused(fd, 1, &half)) return -1;
  if (half) { REAL(write)(fd, bytes, length / 2); _exit(86); }
  return REAL(write)(fd, bytes, length);
}

int ftruncate64(int fd, off64_t length) { return refused(fd, 0, NULL) ? -1 : REAL(ftruncate64)(fd, length); }

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fsync(int fd) { return refused(fd, 0, NULL) ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return refused(fd, 0, NULL) ? -1 : REAL(fdatasync)(fd); }
