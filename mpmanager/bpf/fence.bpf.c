// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// What an application may send by which interface, attached to its cgroup. The fence (for all traffic) and the guard (for
// handshakes and first bytes) drop what leaves elsewhere; the other programs steer to where it may leave, and refuse at
// once what would be dropped in silence.
// Why it is made this way: docs/decisions/015-kernel-fence.md. Layouts are repeated in mpmanager/linux/enforcement_maps.py.

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "connection.h"

#define LOOPBACK_INTERFACE 1 // in every network namespace
#define SOL_SOCKET 1
#define SO_MARK 36
#define SO_MAX_PACING_RATE 47
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define TCP_SYN_SENT 2
#define TCP_CLOSE 7
#define TCP_LISTEN 10
#define MARK_FAMILY 0x6D700000
#define MARK_FAMILY_MASK 0xFFFF0000
#define PLAIN_MARK 0x6D6E0001
#define SOL_IP 0
#define SOL_IPV6 41
#define IP_ADD_MEMBERSHIP 35
#define IP_ADD_SOURCE_MEMBERSHIP 39
#define IPV6_JOIN_GROUP 20
#define IPV6_JOIN_ANYCAST 27
#define MCAST_JOIN_GROUP 42
#define MCAST_JOIN_SOURCE_GROUP 46
#define MOMENT_NS 10000000ULL
#define VERSION_4 1
#define VERSION_6 2
#define TCP_PROTOCOL 6
#define TCP_HEADER_LENGTH 20
#define TCP_OPTIONS_LENGTH 40
#define TCP_SYN 0x02
#define TCP_SYN_ACK 0x12
#define TCP_OPTION_END 0
#define TCP_OPTION_NOTHING 1
#define TCP_OPTION_MPTCP 30
#define MPTCP_MP_CAPABLE 0
#define IPV4_PROTOCOL 9 // where it stands in the header
#define IPV4_DESTINATION 16
#define IPV6_HEADER_LENGTH 40
#define IPV6_EXTENSIONS 4 // more than the kernel puts before TCP

enum mode {
	MODE_UNSET,
	MODE_ANY,
	MODE_HANDSHAKE, // the first subflow of MPTCP connections
	MODE_ONLY,	// everything
};

enum verdict {
	REFUSE,
	PASS,
};

struct policy {
	__u64 cgroup;
	__u64 namespace; // cookie of the network namespace whose interface indexes the policy means
	__u64 first_bytes; // of a connection: joins that leave elsewhere do not carry them
	__u32 mode;
	__u32 class;
	__u32 mark;
	__u32 versions; // of IP, in which handshakes are led to the class
	__u32 held_versions; // of IP, in which they must not leave otherwise, whatever becomes of the ways out
	__u32 reserved;
};

struct interface_key {
	__u32 class;
	__u32 interface;
};

struct address {
	__u32 words[4]; // IPv4 as ::ffff:a.b.c.d
};

struct address_key {
	__u32 class;
	struct address address;
};

struct sources {
	__u32 ipv4;
	__u32 ipv6[4];
};

struct traffic_key {
	__u64 cgroup;
	__u32 interface;
	__u32 reserved;
};

struct traffic {
	__u64 passed_packets;
	__u64 passed_bytes;
	__u64 dropped_packets;
	__u64 dropped_bytes;
};

// What attaching gives each cgroup, shared by all programs; the programs inherited from it see it below, too.
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, __u64);
	__type(value, struct policy);
} policies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct interface_key);
	__type(value, __u8);
} interfaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct address_key);
	__type(value, __u8);
} addresses SEC(".maps");

// A trusted address of each class, for datagrams that no mark can steer any more.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct sources);
} class_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct traffic_key);
	__type(value, struct traffic);
} traffic SEC(".maps");

struct plain_key {
	struct address address;
	__u32 port; // in network byte order
};

// Destinations that speak no Multipath TCP. Handshakes with them go by any path, and nftables strips their keys.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct plain_key);
	__type(value, __u8);
} plain_destinations SEC(".maps");

// Until when nothing is held, as time since the machine was started, asleep or not. The time is looked at here, so that
// it ends although nobody is left to end it.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} pause SEC(".maps");

// Which policy has spoken last for a socket, when, and whether its handshake must show no key elsewhere.
struct decision {
	__u64 cgroup;
	__u64 time_ns;
	__u32 is_held;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct decision);
} decided SEC(".maps");

// Set before loading. Kernels without the helper for packets tell namespaces apart when sockets are made (make).
const volatile bool packets_tell_namespace = true;

// The fields of the kernel that are read; where they are, the loader finds out.
struct net {
	__u64 net_cookie;
} __attribute__((preserve_access_index));

typedef struct {
	struct net *net;
} __attribute__((preserve_access_index)) possible_net_t;

struct sock_common {
	unsigned char skc_state;
	possible_net_t skc_net;
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
} __attribute__((preserve_access_index));

struct inet_sock {
	struct sock sk;
} __attribute__((preserve_access_index));

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	void *icsk_ulp_data;
} __attribute__((preserve_access_index));

struct tcp_sock {
	bool is_mptcp;
} __attribute__((preserve_access_index));

struct mptcp_sock {
	struct inet_connection_sock sk;
	__u64 bytes_sent; // this and the next since Linux 6.5
	__u64 bytes_acked;
	__u64 snd_nxt;
	__u64 snd_una;
	struct sock *first;
} __attribute__((preserve_access_index));

struct mptcp_subflow_context {
	__u64 idsn;
} __attribute__((preserve_access_index));

static __always_inline bool is_interface_allowed(const struct policy *policy, __u32 interface)
{
	struct interface_key key = {.class = policy->class, .interface = interface};

	return interface == LOOPBACK_INTERFACE || bpf_map_lookup_elem(&interfaces, &key);
}

static __always_inline bool is_paused(void)
{
	__u32 only = 0;
	const __u64 *until_ns = bpf_map_lookup_elem(&pause, &only);

	return until_ns && *until_ns && bpf_ktime_get_boot_ns() < *until_ns;
}

static __always_inline bool is_ipv4(const struct address *address)
{
	return !address->words[0] && !address->words[1] && address->words[2] == bpf_htonl(0xFFFF);
}

static __always_inline bool is_unset(const struct address *address)
{
	if (is_ipv4(address))
		return !address->words[3];
	return !address->words[0] && !address->words[1] && !address->words[2] && !address->words[3];
}

static __always_inline bool is_loopback(const struct address *address)
{
	if (is_ipv4(address))
		return (bpf_ntohl(address->words[3]) >> 24) == 127;
	return !address->words[0] && !address->words[1] && !address->words[2] && address->words[3] == bpf_htonl(1);
}

static __always_inline bool is_address_allowed(const struct policy *policy, const struct address *address)
{
	struct address_key key = {.class = policy->class, .address = *address};

	return is_loopback(address) || bpf_map_lookup_elem(&addresses, &key);
}

static __always_inline void count(const struct policy *policy, const struct __sk_buff *packet, bool passes)
{
	struct traffic_key key = {.cgroup = policy->cgroup, .interface = packet->ifindex};
	__u64 packets = packet->gso_segs > 1 ? packet->gso_segs : 1;
	struct traffic *sums = bpf_map_lookup_elem(&traffic, &key);

	if (!sums) {
		struct traffic nothing = {};

		bpf_map_update_elem(&traffic, &key, &nothing, BPF_NOEXIST);
		sums = bpf_map_lookup_elem(&traffic, &key);
		if (!sums)
			return;
	}
	if (passes) {
		__sync_fetch_and_add(&sums->passed_packets, packets);
		__sync_fetch_and_add(&sums->passed_bytes, packet->len);
	} else {
		__sync_fetch_and_add(&sums->dropped_packets, packets);
		__sync_fetch_and_add(&sums->dropped_bytes, packet->len);
	}
}

SEC("cgroup_skb/egress")
int fence(struct __sk_buff *packet)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);
	bool passes;

	if (policy->mode != MODE_ONLY || packet->ifindex == LOOPBACK_INTERFACE)
		return PASS;
	passes = is_interface_allowed(policy, packet->ifindex);
	if (packets_tell_namespace && bpf_get_netns_cookie(packet) != policy->namespace)
		passes = false;
	passes = passes || is_paused();
	count(policy, packet, passes);
	return passes ? PASS : REFUSE;
}

// As ARP tells all of them by all cards of a network, what is sent to one may come by another.
static __always_inline bool is_to_allowed_ipv4(const struct policy *policy, const struct __sk_buff *packet)
{
	struct address address = {.words = {0, 0, bpf_htonl(0xFFFF), 0}};
	__u8 version;

	if (bpf_skb_load_bytes(packet, 0, &version, sizeof(version)) || version >> 4 != 4)
		return false;
	return !bpf_skb_load_bytes(packet, IPV4_DESTINATION, &address.words[3], sizeof(__u32)) &&
	       is_address_allowed(policy, &address);
}

// A listener does not hear who knocks elsewhere. Answers are not all the fence's: older kernels show it no SYN/ACK of
// IPv6, and what fits no connection any more is answered by the kernel with resets in its own name.
SEC("cgroup_skb/ingress")
int door(struct __sk_buff *packet)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);
	const struct bpf_sock *sk = packet->sk;

	if (!sk || sk->state != TCP_LISTEN || policy->mode != MODE_ONLY)
		return PASS;
	if (is_interface_allowed(policy, packet->ifindex) || is_to_allowed_ipv4(policy, packet) || is_paused())
		return PASS;
	return REFUSE;
}

// Joins are made while the connection stands.
static __always_inline bool is_being_opened(const struct mptcp_sock *connection)
{
	unsigned char state = connection->sk.icsk_inet.sk.__sk_common.skc_state;

	return state == TCP_CLOSE || state == TCP_SYN_SENT;
}

static __always_inline __u64 namespace_of(const struct mptcp_sock *connection)
{
	return connection->sk.icsk_inet.sk.__sk_common.skc_net.net->net_cookie;
}

// For kernels that do not count: how far a sequence number of ours is from the first one, which the key gives, and the
// first subflow has; nothing once that is gone.
static __always_inline __u64 bytes_up_to(const struct mptcp_sock *connection, __u64 sequence)
{
	struct mptcp_subflow_context *subflow = 0;
	struct inet_connection_sock *first = (void *)connection->first;
	__u64 before = 0;
	__s64 distance;

	if (first)
		bpf_core_read(&subflow, sizeof(subflow), &first->icsk_ulp_data);
	if (subflow)
		bpf_core_read(&before, sizeof(before), &subflow->idsn);
	distance = sequence - before - 1; // -1 until there is a connection
	return before && distance > 0 ? distance : 0;
}

// Of its stream, each byte once.
static __always_inline __u64 sent_bytes(const struct mptcp_sock *connection)
{
	if (bpf_core_field_exists(connection->bytes_sent))
		return connection->bytes_sent;
	return bytes_up_to(connection, connection->snd_nxt);
}

static __always_inline __u64 acknowledged_bytes(const struct mptcp_sock *connection)
{
	if (bpf_core_field_exists(connection->bytes_acked))
		return connection->bytes_acked;
	return bytes_up_to(connection, connection->snd_una);
}

// The connection does not count any more when it has become plain TCP.
static __always_inline __u64 acknowledged_by_first(struct bpf_sock *sk)
{
	const struct bpf_tcp_sock *tcp = bpf_tcp_sock(sk);

	return tcp ? tcp->bytes_acked : 0;
}

// Programs of nearer cgroups run first, all within a moment: theirs is the word on what is no matter of "only". A word
// from longer ago was on another attempt of the same socket.
static __always_inline bool was_decided_below(const struct policy *policy, struct bpf_sock *sk)
{
	struct decision *last = bpf_sk_storage_get(&decided, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	__u64 now = bpf_ktime_get_ns();

	if (!last)
		return false;
	if (last->cgroup && last->cgroup != policy->cgroup && now - last->time_ns < MOMENT_NS)
		return true;
	last->cgroup = policy->cgroup;
	last->time_ns = now;
	last->is_held = false;
	return false;
}

// What cannot be held, as there is no memory to note it in, is refused.
static __always_inline enum verdict hold(struct bpf_sock *sk)
{
	struct decision *last = bpf_sk_storage_get(&decided, sk, 0, 0);

	if (!last)
		return REFUSE;
	last->is_held = true;
	return PASS;
}

// A higher mark of ours stays: where cgroups are nested, the stricter policy wins.
static __always_inline bool is_marked(const struct policy *policy, const struct bpf_sock *sk)
{
	return (sk->mark & MARK_FAMILY_MASK) == MARK_FAMILY && sk->mark >= policy->mark;
}

static __always_inline bool mark(const struct policy *policy, struct bpf_sock_addr *ctx, const struct bpf_sock *sk)
{
	__u32 value = policy->mark;

	return is_marked(policy, sk) || !bpf_setsockopt(ctx, SOL_SOCKET, SO_MARK, &value, sizeof(value));
}

// To where the policy's class leads; what insists on another way is refused.
static __always_inline enum verdict lead(const struct policy *policy, struct bpf_sock_addr *ctx, struct bpf_sock *sk,
					 const struct address *source)
{
	if (sk->bound_dev_if && !is_interface_allowed(policy, sk->bound_dev_if))
		return REFUSE;
	if (!is_unset(source) && !is_address_allowed(policy, source))
		return REFUSE;
	return mark(policy, ctx, sk) ? PASS : REFUSE;
}

// Stands for all destinations of a version, with the port 0.
static __always_inline struct address everybody(__u32 version)
{
	struct address all = {.words = {0, 0, version == VERSION_4 ? bpf_htonl(0xFFFF) : 0, 0}};

	return all;
}

// A mark of the application's own would be lost, and with it the way that it asks for: it is led as others.
static __always_inline bool mark_as_plain(const struct policy *policy, struct bpf_sock_addr *ctx,
					  const struct bpf_sock *sk, const struct address *destination, __u32 port)
{
	struct plain_key key = {.address = *destination, .port = port};
	__u32 value = PLAIN_MARK;

	if (sk->mark && sk->mark != policy->mark && sk->mark != PLAIN_MARK)
		return false;
	return bpf_map_lookup_elem(&plain_destinations, &key) &&
	       !bpf_setsockopt(ctx, SOL_SOCKET, SO_MARK, &value, sizeof(value));
}

// Before a connection has sent its first bytes, a join from elsewhere sends nothing of it: the scheduler passes over
// subflows without any pace. It stays so for as long as the subflow lives. Where nobody is left to make another one in
// its place, the guard alone holds it back, which costs time but lets go by itself.
static __always_inline enum verdict judge_join(const struct policy *policy, struct bpf_sock_addr *ctx,
					       const struct bpf_sock *sk, const struct mptcp_sock *connection,
					       const struct address *source)
{
	__u32 nothing = 0;

	if (!policy->held_versions || sent_bytes(connection) >= policy->first_bytes)
		return PASS;
	if (!is_unset(source) && is_address_allowed(policy, source) &&
	    (!sk->bound_dev_if || is_interface_allowed(policy, sk->bound_dev_if)))
		return PASS;
	return bpf_setsockopt(ctx, SOL_SOCKET, SO_MAX_PACING_RATE, &nothing, sizeof(nothing)) ? REFUSE : PASS;
}

static __always_inline enum verdict judge_handshake(const struct policy *policy, struct bpf_sock_addr *ctx,
						    struct bpf_sock *sk, const struct address *source,
						    const struct address *destination)
{
	const struct mptcp_sock *connection = connection_of(sk);
	__u32 version = is_ipv4(destination) ? VERSION_4 : VERSION_6;

	if (!connection || bpf_get_netns_cookie(ctx) != policy->namespace)
		return PASS;
	if (!is_being_opened(connection))
		return judge_join(policy, ctx, sk, connection, source);
	// Plain TCP has no key, but first bytes as well: they are led where these may go.
	if (!policy->first_bytes && mark_as_plain(policy, ctx, sk, destination, ctx->user_port))
		return hold(sk);
	if (!(policy->versions & version)) {
		// There are trusted paths, but none for this version: it is let go without a key. Guarded it would not
		// be let go with its first bytes.
		struct address all = everybody(version);

		if (policy->versions && mark_as_plain(policy, ctx, sk, &all, 0) && !policy->first_bytes)
			return hold(sk);
		return PASS;
	}
	if (policy->held_versions & version && hold(sk) == REFUSE)
		return REFUSE;
	return lead(policy, ctx, sk, source);
}

static __always_inline enum verdict judge_connect(struct bpf_sock_addr *ctx, const struct address *source,
						  const struct address *destination)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);
	struct bpf_sock *sk = ctx->sk;
	bool is_everything = policy->mode == MODE_ONLY;

	if (policy->mode == MODE_UNSET || is_loopback(destination) || is_paused())
		return PASS;
	if (!sk)
		return is_everything ? REFUSE : PASS;
	if (was_decided_below(policy, sk) && !is_everything)
		return PASS;
	if (policy->mode == MODE_ANY)
		return PASS;
	if (!is_everything)
		return judge_handshake(policy, ctx, sk, source, destination);
	return bpf_get_netns_cookie(ctx) == policy->namespace ? lead(policy, ctx, sk, source) : REFUSE;
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx)
{
	struct address source = {.words = {0, 0, bpf_htonl(0xFFFF), ctx->sk ? ctx->sk->src_ip4 : 0}};
	struct address destination = {.words = {0, 0, bpf_htonl(0xFFFF), ctx->user_ip4}};

	return judge_connect(ctx, &source, &destination);
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *ctx)
{
	struct address source = {};
	struct address destination = {
		.words = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]}};
	struct bpf_sock *sk = ctx->sk;

	if (sk) {
		source.words[0] = sk->src_ip6[0];
		source.words[1] = sk->src_ip6[1];
		source.words[2] = sk->src_ip6[2];
		source.words[3] = sk->src_ip6[3];
	}
	return judge_connect(ctx, &source, &destination);
}

// Whether a datagram of an unconnected socket may try. Where its mark comes too late for this one, as the kernel has read
// it before asking us, `instead` becomes where it may come from; that is so for sockets made before the policy.
static __always_inline enum verdict judge_datagram(struct bpf_sock_addr *ctx, const struct address *source,
						   const struct address *destination, const struct sources **instead)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);
	struct bpf_sock *sk = ctx->sk;
	__u32 class = policy->class;

	if (policy->mode != MODE_ONLY || is_loopback(destination) || is_paused())
		return PASS;
	if (!sk || bpf_get_netns_cookie(ctx) != policy->namespace)
		return REFUSE;
	if (sk->bound_dev_if && !is_interface_allowed(policy, sk->bound_dev_if))
		return REFUSE;
	if (!is_unset(source))
		return is_address_allowed(policy, source) ? PASS : REFUSE;
	if (!is_marked(policy, sk))
		*instead = bpf_map_lookup_elem(&class_sources, &class);
	return mark(policy, ctx, sk) ? PASS : REFUSE;
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *ctx)
{
	struct address source = {.words = {0, 0, bpf_htonl(0xFFFF), ctx->msg_src_ip4}};
	struct address destination = {.words = {0, 0, bpf_htonl(0xFFFF), ctx->user_ip4}};
	const struct sources *instead = 0;
	enum verdict verdict = judge_datagram(ctx, &source, &destination, &instead);

	if (instead)
		ctx->msg_src_ip4 = instead->ipv4;
	return verdict;
}

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *ctx)
{
	struct address source = {
		.words = {ctx->msg_src_ip6[0], ctx->msg_src_ip6[1], ctx->msg_src_ip6[2], ctx->msg_src_ip6[3]}};
	struct address destination = {
		.words = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]}};
	const struct sources *instead = 0;
	enum verdict verdict = judge_datagram(ctx, &source, &destination, &instead);

	if (instead) {
		ctx->msg_src_ip6[0] = instead->ipv6[0];
		ctx->msg_src_ip6[1] = instead->ipv6[1];
		ctx->msg_src_ip6[2] = instead->ipv6[2];
		ctx->msg_src_ip6[3] = instead->ipv6[3];
	}
	return verdict;
}

// Marks what has no hook of its own when it sends (raw, ping), and datagrams from their first one on. Streams take
// their mark in connect: here it would reach an MPTCP socket, but not its first subflow.
SEC("cgroup/sock_create")
int make(struct bpf_sock *sk)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);

	if (policy->mode != MODE_ONLY || is_paused())
		return PASS;
	if (bpf_get_netns_cookie(sk) != policy->namespace)
		return REFUSE;
	if ((sk->type == SOCK_DGRAM || sk->type == SOCK_RAW) && !is_marked(policy, sk))
		sk->mark = policy->mark;
	return PASS;
}

// Whether an option names an interface that is allowed, by its index at this place.
static __always_inline bool names_allowed(const struct bpf_sockopt *ctx, const struct policy *policy, __u32 offset)
{
	void *index = ctx->optval + offset;

	return index + sizeof(__u32) <= ctx->optval_end && is_interface_allowed(policy, *(__u32 *)index);
}

// struct ip_mreq, ip_mreqn or ip_mreq_source: an interface's address comes second.
static __always_inline bool names_allowed_address(const struct bpf_sockopt *ctx, const struct policy *policy)
{
	struct address address = {.words = {0, 0, bpf_htonl(0xFFFF), 0}};
	void *word = ctx->optval + 4;

	if (word + sizeof(__u32) > ctx->optval_end)
		return false;
	address.words[3] = *(__u32 *)word;
	return is_address_allowed(policy, &address);
}

static __always_inline bool may_join(const struct bpf_sockopt *ctx, const struct policy *policy)
{
	bool is_ipv4 = ctx->level == SOL_IP;

	switch (ctx->optname) {
	case MCAST_JOIN_GROUP:
	case MCAST_JOIN_SOURCE_GROUP:
		return names_allowed(ctx, policy, 0);
	case IP_ADD_MEMBERSHIP:
		return !is_ipv4 || names_allowed_address(ctx, policy) || names_allowed(ctx, policy, 8);
	case IP_ADD_SOURCE_MEMBERSHIP:
		return !is_ipv4 || names_allowed_address(ctx, policy);
	case IPV6_JOIN_GROUP:
	case IPV6_JOIN_ANYCAST:
		return is_ipv4 || names_allowed(ctx, policy, 16);
	default:
		return true;
	}
}

// Joining a multicast group: the kernel itself tells the routers of it, past the fence.
SEC("cgroup/setsockopt")
int membership(struct bpf_sockopt *ctx)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);
	bool is_about_ip = ctx->level == SOL_IP || ctx->level == SOL_IPV6;

	if (policy->mode == MODE_ONLY && is_about_ip && !may_join(ctx, policy) && !is_paused())
		return REFUSE;
	if (ctx->optlen > (__s64)ctx->optval_end - (__s64)ctx->optval)
		ctx->optlen = 0; // the kernel shall take the program's own value, which is longer than what is shown here
	return PASS;
}

// Where the TCP header of a TCP socket's packet begins; 0 where it is not found, as in what IPsec has wrapped already.
static __always_inline __u32 tcp_offset(const struct __sk_buff *packet)
{
	__u32 offset = IPV6_HEADER_LENGTH;
	__u8 version, next;
	__u8 extension[2]; // what follows it, and its length

	if (bpf_skb_load_bytes(packet, 0, &version, sizeof(version)))
		return 0;
	if (version >> 4 == 4) {
		if (bpf_skb_load_bytes(packet, IPV4_PROTOCOL, &next, sizeof(next)) || next != TCP_PROTOCOL)
			return 0;
		return (version & 0xF) * 4;
	}
	if (bpf_skb_load_bytes(packet, 6, &next, sizeof(next)))
		return 0;
	for (int i = 0; i < IPV6_EXTENSIONS && next != TCP_PROTOCOL; i++) {
		if (bpf_skb_load_bytes(packet, offset, extension, sizeof(extension)))
			return 0;
		next = extension[0];
		offset += (extension[1] + 1) * 8;
	}
	return next == TCP_PROTOCOL ? offset : 0;
}

// Where it ends; 0 where it is not found.
static __always_inline __u32 tcp_end(const struct __sk_buff *packet, __u32 offset)
{
	__u8 length;

	if (!offset || bpf_skb_load_bytes(packet, offset + 12, &length, sizeof(length)))
		return 0;
	return offset + (length >> 4) * 4;
}

// Whether a packet has an MP_CAPABLE option, or cannot be read.
static __always_inline bool shows_key(const struct __sk_buff *packet)
{
	__u32 offset = tcp_offset(packet), end = tcp_end(packet, offset);
	__u8 kind, option[2]; // length, subtype

	if (!end)
		return true;
	offset += TCP_HEADER_LENGTH;
	for (int i = 0; i < TCP_OPTIONS_LENGTH && offset < end; i++) {
		if (bpf_skb_load_bytes(packet, offset, &kind, sizeof(kind)))
			return true;
		if (kind == TCP_OPTION_END)
			return false;
		if (kind == TCP_OPTION_NOTHING) {
			offset += 1;
			continue;
		}
		if (bpf_skb_load_bytes(packet, offset + 1, option, sizeof(option)))
			return true;
		if (kind == TCP_OPTION_MPTCP && option[1] >> 4 == MPTCP_MP_CAPABLE)
			return true;
		offset += option[0];
	}
	return false;
}

// Whether it asks for a connection, or cannot be read.
static __always_inline bool is_first(const struct __sk_buff *packet)
{
	__u32 offset = tcp_offset(packet);
	__u8 flags;

	return !offset || bpf_skb_load_bytes(packet, offset + 13, &flags, sizeof(flags)) ||
	       (flags & TCP_SYN_ACK) == TCP_SYN;
}

static __always_inline bool has_payload(const struct __sk_buff *packet)
{
	__u32 end = tcp_end(packet, tcp_offset(packet));

	return !end || packet->len > end;
}

// A packet may come late, as where a firewall asks people, and of a subflow that is closed by then. That one still points
// to its connection, which may be freed: whoever asks for it has the kernel read foreign memory.
static __always_inline bool is_closed(const struct bpf_sock *sk)
{
	return sk->type == SOCK_STREAM && sk->state == TCP_CLOSE;
}

// Resets are all that a closed subflow sends in time. For the rest it is too late, whoever may see it.
static __always_inline enum verdict judge_late(const struct __sk_buff *packet, struct bpf_sock *sk)
{
	const struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	return tcp && tcp->is_mptcp && (has_payload(packet) || shows_key(packet)) ? REFUSE : PASS;
}

// What connect decides on handshakes and joins may be undone (rules of others, lost marks, data that MPTCP sends once
// more by another subflow, a first subflow whose path is gone, joins of the peer): here it is made impossible. Bytes
// count once they are acknowledged, as until then they may be sent again.
SEC("cgroup_skb/egress")
int guard(struct __sk_buff *packet)
{
	const struct policy *policy = bpf_get_local_storage(&policies, 0);
	const struct mptcp_sock *connection;
	const struct decision *last;
	struct bpf_sock *sk = packet->sk;
	__u64 acknowledged = 0;

	if (policy->mode != MODE_HANDSHAKE || is_interface_allowed(policy, packet->ifindex) || is_paused())
		return PASS;
	sk = sk ? bpf_sk_fullsock(sk) : 0;
	if (sk && is_closed(sk))
		return judge_late(packet, sk);
	connection = sk ? connection_of(sk) : 0;
	if (!connection || namespace_of(connection) != policy->namespace)
		return PASS;
	last = bpf_sk_storage_get(&decided, sk, 0, 0);
	if (last && last->cgroup != policy->cgroup)
		return PASS; // a nearer policy has the word
	if (connection->first == (void *)sk) {
		if (!last || !last->is_held)
			return PASS; // let go when it was opened
		// Without a key it would be the kernel's last try, and an answer makes it give up Multipath TCP everywhere.
		if (shows_key(packet) || (sk->mark != PLAIN_MARK && is_first(packet)))
			return REFUSE;
		acknowledged = acknowledged_by_first(sk);
	}
	if (acknowledged < acknowledged_bytes(connection))
		acknowledged = acknowledged_bytes(connection);
	return acknowledged < policy->first_bytes && has_payload(packet) ? REFUSE : PASS;
}

// Attached to a network namespace, it does nothing: its link tells when the namespace is gone.
SEC("sk_lookup")
int witness(struct bpf_sk_lookup *ctx __attribute__((unused)))
{
	return SK_PASS;
}

// The kernel lets programs of any other licence neither read its structures nor call some helpers.
char _license[] SEC("license") = "GPL";
