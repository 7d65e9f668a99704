/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connects by Multipath TCP, says how long its data may wait, sends what it reads and prints what it gets.
 *
 *   cc -I../include -o expiration expiration.c
 *   echo hello | ./expiration 203.0.113.5 7000 50
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpmanager/mptcp_options.h>

static int failed(const char *what)
{
	if (errno == ENOPROTOOPT)
		fprintf(stderr, "%s: mpmanagerd does not run here\n", what);
	else
		perror(what);
	return 1;
}

static int parse_address(const char *text, const char *port, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(atoi(port));
		*length = sizeof(*ipv4);
		return 0;
	}
	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = htons(atoi(port));
	*length = sizeof(*ipv6);
	return inet_pton(AF_INET6, text, &ipv6->sin6_addr) == 1 ? 0 : -1;
}

/* Line by line: what was read is sent, and the answer printed. */
static int talk(int fd)
{
	char line[4096];
	ssize_t length;

	while (fgets(line, sizeof(line), stdin)) {
		if (write(fd, line, strlen(line)) < 0)
			return failed("write");
		length = read(fd, line, sizeof(line));
		if (length < 0)
			return failed("read");
		if (!length)
			return 0;
		fwrite(line, 1, length, stdout);
		fflush(stdout);
	}
	return 0;
}

int main(int count, char **arguments)
{
	struct sockaddr_storage address;
	socklen_t length;
	int fd, ms;

	if (count != 4 || parse_address(arguments[1], arguments[2], &address, &length)) {
		fprintf(stderr, "usage: expiration ADDRESS PORT MILLISECONDS (-1: never)\n");
		return 2;
	}
	fd = socket(address.ss_family, SOCK_STREAM, IPPROTO_MPTCP);
	if (fd < 0)
		return failed("socket");
	if (mptcp_set_expiration(fd, atoi(arguments[3]))) /* before connect: it holds from the first byte on */
		return failed("MPTCP_EXPIRATION");
	if (connect(fd, (struct sockaddr *)&address, length))
		return failed("connect");
	if (mptcp_get_expiration(fd, &ms))
		return failed("MPTCP_EXPIRATION");
	printf("data may wait %d ms\n", ms);
	fflush(stdout);
	return talk(fd);
}
