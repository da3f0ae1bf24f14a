/* Makes one chosen write a short one, as a disk that fills up or a signal does.
 *
 * Loaded before the C library (LD_PRELOAD); does nothing until `faults_arm` names the files whose
 * n-th write is to be cut. strace can lie about a return value, but can not shorten a write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHORT = 1, TORN = 2, FULL = 3 };

static char pattern[PATH_MAX], report[PATH_MAX];
static atomic_int left;
static int mode;

void faults_arm(const char *files, int nth, int how, const char *told)
{
    snprintf(pattern, sizeof pattern, "%s", files);
    snprintf(report, sizeof report, "%s", told);
    mode = how;
    atomic_store(&left, nth);
}

static int chosen(int fd)
{
    char link[64], path[PATH_MAX];
    int before;
    if (atomic_load(&left) < (mode == FULL ? 0 : 1))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    if (fnmatch(pattern, path, 0) != 0)
        return 0;
    before = atomic_fetch_sub(&left, 1);
    return before == 1 ? 1 : before == 0 && mode == FULL ? 2 : 0;
}

static void tell(void)
{
    int fd = open(report, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0)
        close(fd);
}

static ssize_t cut(int turn, ssize_t done)
{
    tell();
    if (mode == TORN)
        kill(getpid(), SIGKILL);
    if (turn == 2) {
        errno = ENOSPC;
        return -1;
    }
    return done;
}

ssize_t write(int fd, const void *data, size_t count)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "write");
    int turn = count > 1 ? chosen(fd) : 0;
    if (!turn)
        return real(fd, data, count);
    return cut(turn, turn == 1 ? real(fd, data, count / 2) : -1);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at)
{
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "pwrite64");
    int turn = count > 1 ? chosen(fd) : 0;
    if (!turn)
        return real(fd, data, count, at);
    return cut(turn, turn == 1 ? real(fd, data, count / 2, at) : -1);
}
