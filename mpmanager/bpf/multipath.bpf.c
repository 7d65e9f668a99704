// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Makes TCP sockets Multipath TCP ones when programs of chosen cgroups open them, whatever library they use or none.
// Why it is made this way: docs/decisions/021-multipath-for-all.md. The layout is repeated in
// mpmanager/linux/multipath_hook.py.

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_TYPE_MASK 0xf // SOCK_CLOEXEC and SOCK_NONBLOCK stand in the other bits
#define IPPROTO_IP 0
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
#define LEVELS 32 // of nested cgroups; what is deeper goes by those above
#define LEAVE 0 // the kernel goes on to its own choice, which is what the program asked for

enum choice {
	CHOICE_NONE,
	CHOICE_MULTIPATH,
	CHOICE_PLAIN,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64); // id of a cgroup
	__type(value, __u32); // enum choice
} choices SEC(".maps");

// The cookie of the network namespace whose programs are meant: in others Multipath TCP may be switched off, and nobody
// there manages its paths.
const volatile __u64 namespace_cookie = 1;

struct net {
	__u64 net_cookie;
} __attribute__((preserve_access_index));

struct nsproxy {
	struct net *net_ns;
} __attribute__((preserve_access_index));

struct task_struct {
	struct nsproxy *nsproxy;
} __attribute__((preserve_access_index));

static __always_inline bool is_here(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, nsproxy, net_ns, net_cookie) == namespace_cookie;
}

static __always_inline bool is_tcp(int family, int type, int protocol)
{
	return (family == AF_INET || family == AF_INET6) && (type & SOCK_TYPE_MASK) == SOCK_STREAM &&
	       (protocol == IPPROTO_IP || protocol == IPPROTO_TCP);
}

// What is said of the innermost cgroup counts.
static __always_inline __u32 choice_of_this_program(void)
{
	__u32 found = CHOICE_NONE;

	for (int level = 0; level < LEVELS; level++) {
		__u64 cgroup = bpf_get_current_ancestor_cgroup_id(level);
		__u32 *choice;

		if (!cgroup)
			break;
		choice = bpf_map_lookup_elem(&choices, &cgroup);
		if (choice)
			found = *choice;
	}
	return found;
}

SEC("fmod_ret/update_socket_protocol")
int multipath(__u64 *arguments)
{
	int family = (int)arguments[0], type = (int)arguments[1], protocol = (int)arguments[2];

	if (!is_tcp(family, type, protocol) || !is_here() || choice_of_this_program() != CHOICE_MULTIPATH)
		return LEAVE;
	return IPPROTO_MPTCP;
}

char _license[] SEC("license") = "GPL";
