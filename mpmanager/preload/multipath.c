// SPDX-License-Identifier: Apache-2.0
//
// Loaded into a program before its C library (LD_PRELOAD): TCP sockets that it opens are Multipath TCP ones.
//
// It needs no library, and finds what it uses of the program's own C library when that is there: so one object serves
// glibc of any version and musl. Why it is made this way: docs/decisions/021-multipath-for-all.md.

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#define NEXT_OBJECT ((void *)-1L) // RTLD_NEXT, which <dlfcn.h> shows to GNU sources only
#define TYPE_MASK 0xf		  // SOCK_CLOEXEC and SOCK_NONBLOCK stand in the other bits

typedef int socket_function(int domain, int type, int protocol);

// Weak: an old glibc has dlsym in a library of its own, which the program need not have loaded.
extern void *dlsym(void *object, const char *name) __attribute__((weak));
extern long syscall(long number, ...) __attribute__((weak));

// The next in line, which may be another preloaded library's (torsocks), then the C library's.
static socket_function *next_socket(void)
{
	static socket_function *found;
	socket_function *known = __atomic_load_n(&found, __ATOMIC_RELAXED);

	if (!known && dlsym) {
		known = (socket_function *)dlsym(NEXT_OBJECT, "socket");
		__atomic_store_n(&found, known, __ATOMIC_RELAXED);
	}
	return known;
}

static int open_socket(int domain, int type, int protocol)
{
	socket_function *next = next_socket();

	if (next)
		return next(domain, type, protocol);
	if (syscall)
		return (int)syscall(SYS_socket, domain, type, protocol);
	return -1;
}

static bool is_tcp(int domain, int type, int protocol)
{
	return (domain == AF_INET || domain == AF_INET6) && (type & TYPE_MASK) == SOCK_STREAM &&
	       (protocol == IPPROTO_IP || protocol == IPPROTO_TCP);
}

// The kernel has no Multipath TCP (EPROTONOSUPPORT, EINVAL), it is switched off (ENOPROTOOPT), or a sandbox forbids it
// (EPERM, EACCES). Anything else, such as too many open files, plain TCP would meet as well.
static bool is_refused(int number)
{
	switch (number) {
	case EPROTONOSUPPORT:
	case EINVAL:
	case ENOPROTOOPT:
	case EPERM:
	case EACCES:
		return true;
	default:
		return false;
	}
}

__attribute__((visibility("default"))) int socket(int domain, int type, int protocol)
{
	if (is_tcp(domain, type, protocol)) {
		int before = errno;
		int opened = open_socket(domain, type, IPPROTO_MPTCP);

		if (opened >= 0 || !is_refused(errno))
			return opened;
		errno = before;
	}
	return open_socket(domain, type, protocol);
}
