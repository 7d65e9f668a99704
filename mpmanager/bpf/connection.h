// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// The connection of a socket, asked for in the one way that does not bring the kernel down.

#define SOCK_STREAM 1

// 0 where there is none. The kernel's helper looks at the protocol alone, which raw sockets for TCP have as well, and the
// one by which the kernel answers strangers: of these it reads what lies behind them in memory, and panics (Linux 6.1 did,
// where a RST was sent). What it looks for is in streams only.
static __always_inline struct mptcp_sock *connection_of(struct bpf_sock *sk)
{
	return sk->type == SOCK_STREAM ? bpf_skc_to_mptcp_sock(sk) : 0;
}
