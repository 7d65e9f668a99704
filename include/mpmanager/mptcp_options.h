/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two socket options by which a program says something of its own Multipath TCP connection. mpmanagerd answers them;
 * where it does not run, setsockopt() fails with ENOPROTOOPT. The whole story: mptcp_options(7).
 *
 * Needs POSIX.1-2001, which compilers show unless they are told -std=c11 or the like: then define _GNU_SOURCE before.
 */
#ifndef MPMANAGER_MPTCP_OPTIONS_H
#define MPMANAGER_MPTCP_OPTIONS_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#ifndef SOL_TCP
#define SOL_TCP IPPROTO_TCP
#endif

/* Level SOL_TCP, an int each: far from every number that the kernel uses. */
#define MPTCP_EXPIRATION 0x6D700001
#define MPTCP_TRUSTED 0x6D700002

/* MPTCP_EXPIRATION: how many milliseconds data may wait before it may take a backup path as well. 0 uses all paths at once. */
#define MPTCP_EXPIRATION_LONGEST_MS 60000
#define MPTCP_EXPIRATION_NEVER (-1) /* a backup is used when nothing else is left, as Linux does by itself */
#define MPTCP_EXPIRATION_UNSET (-2) /* as the rules of this machine say: nothing was set, or it is taken back */

/* MPTCP_TRUSTED: set it to 1 (from here on trusted paths only) or 0 (any path again); read it for what has become of it. */
#define MPTCP_TRUSTED_OFF 0
#define MPTCP_TRUSTED_ASKED 1	 /* not yet so */
#define MPTCP_TRUSTED_IN_FORCE 2 /* what is written now leaves by trusted paths only */

/* 0, or -1 and errno: EINVAL for a bad value, ENOPROTOOPT without mpmanagerd. Before or after connect() or listen(). */
static inline int mptcp_set_expiration(int fd, int ms)
{
	return setsockopt(fd, SOL_TCP, MPTCP_EXPIRATION, &ms, sizeof(ms));
}

/* 0, or -1 and errno. Without mpmanagerd the kernel says EOPNOTSUPP of MPTCP sockets, and ENOPROTOOPT of others. */
static inline int mptcp_get_expiration(int fd, int *ms)
{
	socklen_t length = sizeof(*ms);

	return getsockopt(fd, SOL_TCP, MPTCP_EXPIRATION, ms, &length);
}

/* One of MPTCP_TRUSTED_*, or -1 and errno. */
static inline int mptcp_trusted_state(int fd)
{
	int state = MPTCP_TRUSTED_OFF;
	socklen_t length = sizeof(state);

	return getsockopt(fd, SOL_TCP, MPTCP_TRUSTED, &state, &length) ? -1 : state;
}

/* 0, or -1 and errno. */
static inline int mptcp_end_trusted(int fd)
{
	int off = MPTCP_TRUSTED_OFF;

	return setsockopt(fd, SOL_TCP, MPTCP_TRUSTED, &off, sizeof(off));
}

/*
 * Begin a trusted section of a connection and wait until it is in force, looking every millisecond. 0, or -1 and errno:
 * ETIMEDOUT when it was not in force in time; the section has been ended then. Plain TCP cannot leave its path, and is
 * never in force.
 */
static inline int mptcp_begin_trusted(int fd, int timeout_ms)
{
	const struct timespec moment = {0, 1000000};
	int on = MPTCP_TRUSTED_ASKED;
	int state;

	if (setsockopt(fd, SOL_TCP, MPTCP_TRUSTED, &on, sizeof(on)))
		return -1;
	for (int waited_ms = 0;; waited_ms++) {
		state = mptcp_trusted_state(fd);
		if (state < 0)
			return -1;
		if (state == MPTCP_TRUSTED_IN_FORCE)
			return 0;
		if (waited_ms >= timeout_ms)
			break;
		nanosleep(&moment, 0);
	}
	mptcp_end_trusted(fd);
	errno = ETIMEDOUT;
	return -1;
}

#endif
