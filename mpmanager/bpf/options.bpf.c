// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Two socket options of TCP that the kernel does not know, attached to the cgroup around everybody for as long as the
// daemon lives. Programs set them; what they have said is kept at their sockets and told to the daemon.
// Why it is made this way: docs/decisions/019-socket-options.md. Layouts are repeated in
// mpmanager/linux/socket_options.py, numbers in include/mpmanager/mptcp_options.h.

#include <linux/bpf.h>
#include <linux/errno.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "connection.h"

#define SOL_TCP 6
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
#define MPTCP_EXPIRATION 0x6D700001
#define MPTCP_TRUSTED 0x6D700002
#define EXPIRATION_LONGEST_MS 60000
#define EXPIRATION_NEVER -1
#define EXPIRATION_UNSET -2
#define TRUSTED_ASKED 1
#define TRUSTED_IN_FORCE 2
#define BYPASS -1 // as the length: the kernel shall not see this option

enum verdict {
	REFUSE,
	PASS,
};

// All zero where nothing was said.
struct wish {
	__s32 expiration_ms; // or EXPIRATION_NEVER
	__u32 has_expiration;
	__u32 is_trusted;
	__u32 reserved;
	__u64 asked_ns; // when a trusted section was begun or ended: tells one from the one before
};

// With the socket; an accepted one begins with what the listening one has.
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct wish);
} wishes SEC(".maps");

// By the token of the connection. The daemon removes the ones that have ended; of connections that came to nothing it
// hears nothing: those are forgotten when there is no room.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct wish);
} connections SEC(".maps");

// What the daemon says of trusted sections: `asked_ns` of the one that is in force, by token.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} in_force SEC(".maps");

// Tokens of which something else is said now.
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} changes SEC(".maps");

// How many changes found no room there.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

// Set before loading: the cookie of the network namespace whose sockets these are. In others is another daemon, or none.
const volatile __u64 own_namespace = 0;

// The fields of the kernel that are read; where they are, the loader finds out.
struct sock {
} __attribute__((preserve_access_index));

struct bpf_sockopt_kern {
	struct sock *sk;
} __attribute__((preserve_access_index));

struct mptcp_sock {
	__u32 token;
} __attribute__((preserve_access_index));

static __always_inline bool is_one_of_ours(const struct bpf_sockopt *ctx)
{
	return ctx->level == SOL_TCP && (ctx->optname == MPTCP_EXPIRATION || ctx->optname == MPTCP_TRUSTED);
}

// Raw sockets may have both protocols, too: there is no token behind these.
static __always_inline bool is_tcp(const struct bpf_sock *sk)
{
	return sk->type == SOCK_STREAM && (sk->protocol == IPPROTO_TCP || sk->protocol == IPPROTO_MPTCP);
}

static __always_inline bool is_for_us(struct bpf_sockopt *ctx)
{
	const struct bpf_sock *sk = ctx->sk;

	if (!is_one_of_ours(ctx) || !sk || !is_tcp(sk))
		return false;
	return bpf_get_netns_cookie(ctx) == own_namespace;
}

// An option that is longer than what is shown here is the program's own, or the kernel's, as it was.
static __always_inline enum verdict leave(struct bpf_sockopt *ctx)
{
	if (ctx->optlen > (__s64)ctx->optval_end - (__s64)ctx->optval)
		ctx->optlen = 0;
	return PASS;
}

static __always_inline enum verdict refuse(int error)
{
	bpf_set_retval(-error);
	return REFUSE;
}

// Of an MPTCP connection; 0 for TCP, and before there is one. What may be read of a socket here has no token.
static __always_inline __u32 token_of(struct bpf_sockopt *ctx)
{
	const struct bpf_sockopt_kern *kernel = (const void *)ctx;
	const struct mptcp_sock *connection = 0;
	__u32 token = 0;

	if (!ctx->sk || ctx->sk->protocol != IPPROTO_MPTCP)
		return 0;
	bpf_core_read(&connection, sizeof(connection), &kernel->sk);
	if (connection)
		bpf_core_read(&token, sizeof(token), &connection->token);
	return token;
}

static __always_inline bool is_same(const struct wish *one, const struct wish *other)
{
	return one->expiration_ms == other->expiration_ms && one->has_expiration == other->has_expiration &&
	       one->is_trusted == other->is_trusted && one->asked_ns == other->asked_ns;
}

// First what is so, then the news of it: who hears of it finds it.
static __always_inline void tell(__u32 token, const struct wish *wish)
{
	const struct wish *told = bpf_map_lookup_elem(&connections, &token);
	__u32 zero = 0;
	__u64 *losses;

	if (!token || (told && is_same(told, wish)))
		return;
	bpf_map_update_elem(&connections, &token, wish, BPF_ANY);
	if (!bpf_ringbuf_output(&changes, &token, sizeof(token), 0))
		return;
	losses = bpf_map_lookup_elem(&lost, &zero);
	if (losses)
		__sync_fetch_and_add(losses, 1);
}

static __always_inline bool take_expiration(struct wish *wish, int value)
{
	if (value < EXPIRATION_UNSET || value > EXPIRATION_LONGEST_MS)
		return false;
	wish->has_expiration = value != EXPIRATION_UNSET;
	wish->expiration_ms = wish->has_expiration ? value : 0;
	return true;
}

// Asked for twice it is the same section.
static __always_inline bool take_trusted(struct wish *wish, int value)
{
	if (value != 0 && value != TRUSTED_ASKED)
		return false;
	if (wish->is_trusted != (__u32)value)
		wish->asked_ns = bpf_ktime_get_ns();
	wish->is_trusted = value;
	return true;
}

SEC("cgroup/setsockopt")
int set_option(struct bpf_sockopt *ctx)
{
	int *value = ctx->optval;
	struct wish *wish;
	bool is_valid;

	if (!is_for_us(ctx))
		return leave(ctx);
	if (ctx->optlen != sizeof(*value) || (void *)(value + 1) > ctx->optval_end)
		return refuse(EINVAL);
	wish = bpf_sk_storage_get(&wishes, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!wish)
		return refuse(ENOMEM);
	is_valid = ctx->optname == MPTCP_TRUSTED ? take_trusted(wish, *value) : take_expiration(wish, *value);
	if (!is_valid)
		return refuse(EINVAL);
	tell(token_of(ctx), wish);
	ctx->optlen = BYPASS;
	return PASS;
}

static __always_inline int trusted_value(const struct wish *wish, __u32 token)
{
	const __u64 *section = bpf_map_lookup_elem(&in_force, &token);

	if (!wish->is_trusted)
		return 0;
	return token && section && *section == wish->asked_ns ? TRUSTED_IN_FORCE : TRUSTED_ASKED;
}

SEC("cgroup/getsockopt")
int get_option(struct bpf_sockopt *ctx)
{
	int *value = ctx->optval;
	const struct wish *wish;

	if (!is_for_us(ctx))
		return leave(ctx);
	if (ctx->optlen < (int)sizeof(*value) || (void *)(value + 1) > ctx->optval_end)
		return refuse(EINVAL);
	wish = bpf_sk_storage_get(&wishes, ctx->sk, 0, 0);
	if (ctx->optname == MPTCP_TRUSTED)
		*value = wish ? trusted_value(wish, token_of(ctx)) : 0;
	else
		*value = wish && wish->has_expiration ? wish->expiration_ms : EXPIRATION_UNSET;
	ctx->optlen = sizeof(*value);
	barrier(); // the verifier allows no store to both at once
	ctx->retval = 0;
	return PASS;
}

// What was said before there was a connection, or of the socket that it was accepted from, is told as soon as the
// connection has a token: when its first packet leaves, or when it is accepted.
SEC("sockops")
int begin(struct bpf_sock_ops *ctx)
{
	const struct wish *wish;
	struct mptcp_sock *connection;
	struct bpf_sock *sk = ctx->sk;

	if (ctx->op != BPF_SOCK_OPS_TCP_CONNECT_CB && ctx->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return PASS;
	if (!sk || bpf_get_netns_cookie(ctx) != own_namespace)
		return PASS;
	connection = connection_of(sk);
	wish = connection ? bpf_sk_storage_get(&wishes, connection, 0, 0) : 0;
	if (wish)
		tell(connection->token, wish);
	return PASS;
}

// Attached to the network namespace, it does nothing: its link tells when the namespace is gone.
SEC("sk_lookup")
int witness(struct bpf_sk_lookup *ctx __attribute__((unused)))
{
	return SK_PASS;
}

// The kernel lets programs of any other licence neither read its structures nor call some helpers.
char _license[] SEC("license") = "GPL";
