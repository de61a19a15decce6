/** What is mounted where nobody else sees it (unshare(1)): a test leaves the host's mounts alone. */

/** The words that run a command after `script`, in a mount namespace of their own. */
export const mounted = (script: string): string[] => ['unshare', '--mount', 'sh', '-c', `${script} && exec "$@"`, 'sh'];

/** The instances that tracefs shows are the host's all the same. */
export const WITH_TRACEFS = mounted('mount -t tracefs tracefs /sys/kernel/tracing');
export const WITHOUT_TRACEFS = mounted('mount -t tmpfs t /sys/kernel/tracing && mount -t tmpfs t /sys/kernel/debug');
