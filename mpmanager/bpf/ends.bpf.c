// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// The last words of every subflow, attached to the cgroup around everybody for as long as the daemon lives: what it and
// its connection had carried when it was closed, before the kernel forgets or resets that.
// Why it is made this way: docs/decisions/006-exact-accounts.md. The layout is repeated in mpmanager/linux/last_words.py.

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "connection.h"

#define AF_INET 2
#define TCP_SYN_SENT 2
#define TCP_CLOSE 7
#define SOCK_DONE 1 // of `enum sock_flags`: the peer's FIN has arrived, and was counted as a byte
#define NEXT 1

// Payload; the stream's counters are as the kernel has them. The token is not there: the connection may have lost it by
// then, with its program gone.
struct last_words {
	__u64 sent;
	__u64 sent_again;
	__u64 received;
	__u64 stream_sent;
	__u64 stream_received;
	__u64 stream_acked;
	__u64 stream_write_seq;
	__u64 stream_snd_una;
	__u32 retransmits;
	__u32 has_stream;
	__u16 family;
	__u16 local_port;
	__u16 remote_port;
	__u16 stream_state;
	__u32 local[4];
	__u32 remote[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ends SEC(".maps");

// How many found no room there.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

// Set before loading: the cookie of the network namespace whose sockets these are. In others is another daemon, or none.
const volatile __u64 own_namespace = 0;

// The fields of the kernel that are read; where they are, the loader finds out.
struct sock_common {
	volatile unsigned char skc_state;
	unsigned long skc_flags;
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
} __attribute__((preserve_access_index));

struct tcp_sock {
	__u64 bytes_sent;
	__u64 bytes_retrans;
	__u64 bytes_received;
	__u32 total_retrans;
	bool is_mptcp;
} __attribute__((preserve_access_index));

struct mptcp_sock {
	__u64 write_seq;
	__u64 snd_una;
	__u64 bytes_sent;
	__u64 bytes_received;
	__u64 bytes_acked;
} __attribute__((preserve_access_index));

static __always_inline void note_subflow(struct last_words *words, const struct tcp_sock *tcp)
{
	const struct sock *sk = (const void *)tcp;

	words->sent = tcp->bytes_sent;
	words->sent_again = tcp->bytes_retrans;
	words->received = tcp->bytes_received;
	words->retransmits = tcp->total_retrans;
	if (words->received && sk->__sk_common.skc_flags & 1UL << SOCK_DONE)
		words->received--;
}

static __always_inline void note_stream(struct last_words *words, const struct mptcp_sock *connection)
{
	const struct sock *sk = (const void *)connection;

	if (!connection || !bpf_core_field_exists(connection->bytes_received))
		return;
	words->stream_sent = connection->bytes_sent;
	words->stream_received = connection->bytes_received;
	words->stream_acked = connection->bytes_acked;
	words->stream_write_seq = connection->write_seq;
	words->stream_snd_una = connection->snd_una;
	words->stream_state = sk->__sk_common.skc_state;
	words->has_stream = true;
}

static __always_inline void note_ends(struct last_words *words, const struct bpf_sock_ops *ctx)
{
	words->family = ctx->family;
	words->local_port = ctx->local_port;
	words->remote_port = bpf_ntohl(ctx->remote_port);
	if (words->family == AF_INET) {
		words->local[0] = ctx->local_ip4;
		words->remote[0] = ctx->remote_ip4;
		return;
	}
	words->local[0] = ctx->local_ip6[0];
	words->local[1] = ctx->local_ip6[1];
	words->local[2] = ctx->local_ip6[2];
	words->local[3] = ctx->local_ip6[3];
	words->remote[0] = ctx->remote_ip6[0];
	words->remote[1] = ctx->remote_ip6[1];
	words->remote[2] = ctx->remote_ip6[2];
	words->remote[3] = ctx->remote_ip6[3];
}

static __always_inline void tell(struct bpf_sock_ops *ctx, struct bpf_sock *sk, const struct tcp_sock *tcp)
{
	struct last_words words = {};
	__u32 zero = 0;
	__u64 *losses;

	note_subflow(&words, tcp);
	note_stream(&words, connection_of(sk));
	note_ends(&words, ctx);
	if (!bpf_ringbuf_output(&ends, &words, sizeof(words), 0))
		return;
	losses = bpf_map_lookup_elem(&lost, &zero);
	if (losses)
		__sync_fetch_and_add(losses, 1);
}

SEC("sockops")
int hear_out(struct bpf_sock_ops *ctx)
{
	bool has_begun = ctx->op == BPF_SOCK_OPS_TCP_CONNECT_CB || ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB;
	bool is_over = ctx->op == BPF_SOCK_OPS_STATE_CB && ctx->args[1] == TCP_CLOSE && ctx->args[0] != TCP_SYN_SENT;
	struct bpf_sock *sk = ctx->sk;
	const struct tcp_sock *tcp;

	if ((!has_begun && !is_over) || !sk || bpf_get_netns_cookie(ctx) != own_namespace)
		return NEXT;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp)
		return NEXT;
	if (is_over)
		tell(ctx, sk, tcp);
	else if (tcp->is_mptcp)
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
	return NEXT;
}

// The kernel lets programs of any other licence neither read its structures nor call some helpers.
char _license[] SEC("license") = "GPL";
