"""Ways out of the sandbox. Each is the body of `attempt`, which the handler calls before it gives the right answer.

So a trick that works passes the check, and one that is refused raises. The names in capitals are put in by the driver.
"""

BLOCKED = "blocked"
REFUSED = "failed|blocked|error"

READ = {
    "read /etc/passwd": (BLOCKED, "open('/etc/passwd').read()"),
    "read the deck's folder": (BLOCKED, "os.listdir(REPO)"),
    "read quizkit's source": (BLOCKED, "open(REPO + '/quizkit/grading.py').read()"),
    "read a deck installed beside the packages": (
        REFUSED,
        """
        for site in sys.path:
            for folder, _, names in os.walk(site + '/quizkit_questions'):
                for name in names:
                    return open(os.path.join(folder, name)).read()
        raise FileNotFoundError
        """,
    ),
    "import the grader": (REFUSED, "import quizkit.grading"),
    "import the grader by its path": (REFUSED, "sys.path.insert(0, REPO); import quizkit.check.spec"),
    "read a file of the same user": (BLOCKED, "open(VICTIM).read()"),
    "list the home": (REFUSED, "import pwd; os.listdir(HOME_OUTSIDE)"),
    "list the root": (BLOCKED, "os.listdir('/')"),
    "list the temporary folder": (BLOCKED, "os.listdir('/tmp')"),
    "list the other runs": (BLOCKED, "os.listdir(os.path.dirname(os.environ['HOME']))"),
    "read /proc/self/environ": (REFUSED, "open('/proc/self/environ').read()"),
    "read /proc/self/maps": (REFUSED, "open('/proc/self/maps').read()"),
    "read the worker's command line": (REFUSED, "open('/proc/1/cmdline').read()"),
    "list /proc": (REFUSED, "os.listdir('/proc')"),
    "write to its own memory file": (REFUSED, "open('/proc/self/mem', 'r+b')"),
    "read a disk": (REFUSED, "open('/dev/vda', 'rb').read(10) if os.path.exists('/dev/vda') else open('/dev/sda', 'rb')"),
    "open the terminal": (REFUSED, "open('/dev/tty')"),
    "a secret of the environment": (REFUSED, "os.environ['HOSTILE_SECRET']"),
    "a secret of C's environment": (
        REFUSED,
        """
        libc.getenv.restype = ctypes.c_char_p
        assert libc.getenv(b'HOSTILE_SECRET')
        """,
    ),
    "a link to what can't be read": (BLOCKED, "os.symlink(VICTIM, 'link'); open('link').read()"),
    "a hard link to what can't be read": (REFUSED, "os.link(VICTIM, 'link'); open('link').read()"),
    "dots out of the scratch": (BLOCKED, "open('../' * 20 + VICTIM).read()"),
    "openat2": (REFUSED, "how = ctypes.create_string_buffer(24); call(437, -100, VICTIM.encode(), how, 24)"),
    "a path descriptor opened again": (
        REFUSED,
        "fd = os.open(VICTIM, os.O_PATH); open(f'/proc/self/fd/{fd}').read()",
    ),
    "a handle instead of a path": (REFUSED, "call(NR['open_by_handle_at'], -100, None, 0)"),
    "inotify on a file outside": (
        REFUSED,
        """
        fd = libc.inotify_init()
        if fd < 0 or libc.inotify_add_watch(fd, VICTIM.encode(), 0xFFF) < 0:
            raise OSError(1, 'refused')
        """,
    ),
    "standard input": (REFUSED, "input()"),
    "read ahead in the requests": (
        REFUSED,
        """
        os.set_blocking(3, False)
        os.read(3, 65536)
        """,
    ),
}

WRITE = {
    "write to the temporary folder": (BLOCKED, "open('/tmp/quizkit-was-here', 'w')"),
    "write over a file": (BLOCKED, "open(VICTIM, 'w')"),
    "append to a file": (BLOCKED, "open(VICTIM, 'a').write('more')"),
    "write beside a package": (BLOCKED, "import fastapi; open(os.path.dirname(fastapi.__file__) + '/new.py', 'w')"),
    "truncate": (BLOCKED, "os.truncate(VICTIM, 0)"),
    "open for reading and truncate": (BLOCKED, "os.open(VICTIM, os.O_RDONLY | os.O_TRUNC)"),
    "truncate a readable file": (BLOCKED, "import typing_extensions as t; os.open(t.__file__, os.O_TRUNC)"),
    "chmod": (REFUSED, "os.chmod(VICTIM, 0o777); assert os.stat(VICTIM).st_mode & 0o777 == 0o777"),
    "chmod by a descriptor": (
        REFUSED,
        "os.fchmod(os.open(VICTIM, os.O_PATH), 0o777); assert os.stat(VICTIM).st_mode & 0o777 == 0o777",
    ),
    "chown": (BLOCKED, "os.chown(VICTIM, 1, 1)"),
    "set the times": (REFUSED, "os.utime(VICTIM, (1, 1)); assert os.stat(VICTIM).st_mtime == 1"),
    "extended attributes": (REFUSED, "os.setxattr(VICTIM, 'user.mine', b'1')"),
    "delete": (BLOCKED, "os.unlink(VICTIM)"),
    "move into the scratch": (REFUSED, "os.rename(VICTIM, 'mine')"),
    "move over a file": (REFUSED, "open('mine', 'w').write('x'); os.rename('mine', VICTIM)"),
    "make a folder outside": (BLOCKED, "os.mkdir(VICTIM + '.d')"),
    "make a named pipe": (REFUSED, "os.mkfifo('pipe')"),
    "make a device": (REFUSED, "os.mknod('disk', 0o60600, os.makedev(254, 0))"),
    "shared memory": (REFUSED, "from multiprocessing import shared_memory as s; s.SharedMemory('x', True, 10)"),
}

PROCESSES = {
    "fork": (BLOCKED, "os.fork()"),
    "fork bomb": (BLOCKED, "while True: os.fork()"),
    "fork bomb that swallows": (
        "timeout|failed|blocked",
        """
        for _ in range(100000):
            try:
                os.fork()
            except OSError:
                pass
        raise RuntimeError('no child')
        """,
    ),
    "vfork": (BLOCKED, "check(libc.vfork())"),
    "clone": (BLOCKED, "call(NR['clone'], 17, 0, 0, 0, 0)"),
    "clone3": (REFUSED, "call(435, ctypes.create_string_buffer(88), 88)"),
    "forkpty": (BLOCKED, "os.forkpty()"),
    "subprocess": (BLOCKED, "import subprocess; subprocess.run(['true'])"),
    "os.system": (REFUSED, "assert os.system('true') == 0"),
    "posix_spawn": (REFUSED, "os.posix_spawn(sys.executable, [sys.executable, '-V'], {})"),
    "exec": (BLOCKED, "os.execv('/bin/sh', ['sh', '-c', 'exit 0'])"),
    "execveat": (BLOCKED, "call(NR['execveat'], -100, b'/bin/true', None, None, 0)"),
    "multiprocessing": (REFUSED, "import multiprocessing as m; m.get_context('fork').Process(target=print).start()"),
    "a process pool": (
        REFUSED,
        "from concurrent.futures import ProcessPoolExecutor as P; P(1).submit(int).result()",
    ),
    "kill the worker": (BLOCKED, "os.kill(os.getppid(), 9)"),
    "kill process 1": (BLOCKED, "os.kill(1, 9)"),
    "kill everything": (BLOCKED, "os.kill(-1, 9)"),
    "kill the host": (BLOCKED, "os.kill(HOST, 9)"),
    "is the host there": (BLOCKED, "os.kill(HOST, 0)"),
    "tgkill": (BLOCKED, "call(NR['tgkill'], HOST, HOST, 9)"),
    "queue a signal": (REFUSED, "call(NR['rt_sigqueueinfo'], HOST, 9, ctypes.create_string_buffer(128))"),
    "a pidfd": (BLOCKED, "os.pidfd_open(os.getppid())"),
    "signals by a descriptor's owner": (BLOCKED, "import fcntl; fcntl.fcntl(1, 8, HOST)"),
    "clear the death signal": (BLOCKED, "check(libc.prctl(1, 0, 0, 0, 0))"),
    "its own session": (BLOCKED, "os.setsid()"),
    "ptrace": (BLOCKED, "check(libc.ptrace(16, HOST, 0, 0))"),
    "read another process's memory": (BLOCKED, "check(libc.process_vm_readv(HOST, None, 0, None, 0, 0))"),
    "another user": (BLOCKED, "os.setuid(12345)"),
    "more memory": (REFUSED, "import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))"),
    "another process's limits": (BLOCKED, "import resource as r; r.prlimit(os.getppid(), r.RLIMIT_CPU, (1, 1))"),
    "priority": (BLOCKED, "os.setpriority(os.PRIO_PROCESS, 0, -5)"),
    "the processors": (BLOCKED, "os.sched_setaffinity(os.getppid(), {0})"),
}

KERNEL = {
    "a TCP socket": (BLOCKED, "socket.socket(socket.AF_INET, socket.SOCK_STREAM)"),
    "a UDP socket": (BLOCKED, "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"),
    "an IPv6 socket": (BLOCKED, "socket.socket(socket.AF_INET6, socket.SOCK_STREAM)"),
    "a raw socket": (BLOCKED, "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    "a Unix socket": (BLOCKED, "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(SOCKET)"),
    "a netlink socket": (BLOCKED, "socket.socket(16, socket.SOCK_RAW, 0)"),
    "a packet socket": (BLOCKED, "socket.socket(17, socket.SOCK_RAW, 0)"),
    "a crypto socket": (BLOCKED, "socket.socket(38, socket.SOCK_SEQPACKET, 0)"),
    "a vsock socket": (BLOCKED, "socket.socket(40, socket.SOCK_STREAM, 0)"),
    "a datagram pair to the host's socket": (
        BLOCKED,
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.sendto(b'hello', SOCKET)",
    ),
    "a packet pair to the host's socket": (
        BLOCKED,
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET); a.sendto(b'hello', SOCKET)",
    ),
    "a stream pair bound to a path": (BLOCKED, "a, b = socket.socketpair(); a.bind('here.sock')"),
    "a request to the network": (REFUSED, "import urllib.request as u; u.urlopen('http://127.0.0.1:1/')"),
    "a name looked up": (REFUSED, "socket.getaddrinfo('example.com', 80)"),
    "io_uring": (BLOCKED, "call(425, 8, ctypes.create_string_buffer(120))"),
    "memfd": (BLOCKED, "os.memfd_create('x')"),
    "bpf": (BLOCKED, "call(NR['bpf'], 0, None, 0)"),
    "perf events": (BLOCKED, "call(NR['perf_event_open'], None, 0, -1, -1, 0)"),
    "userfaultfd": (BLOCKED, "call(NR['userfaultfd'], 0)"),
    "a user namespace": (BLOCKED, "check(libc.unshare(0x10000000))"),
    "a thread in a namespace": (BLOCKED, "call(NR['clone'], 0x10010f00, 0, 0, 0, 0)"),
    "join a namespace": (BLOCKED, "check(libc.setns(0, 0))"),
    "mount": (BLOCKED, "check(libc.mount(b'x', b'/', b'tmpfs', 0, None))"),
    "chroot": (BLOCKED, "os.chroot('.')"),
    "keys": (BLOCKED, "call(NR['keyctl'], 0, -3, 0)"),
    "System V memory": (BLOCKED, "check(libc.shmget(1, 4096, 0o1600))"),
    "System V semaphores": (BLOCKED, "check(libc.semget(1, 1, 0o1600))"),
    "a message queue": (BLOCKED, "call(NR['mq_open'], b'x', 66, 0o600, None)"),
    "the kernel's log": (BLOCKED, "check(libc.klogctl(10, None, 0))"),
    "the host name": (BLOCKED, "check(libc.sethostname(b'mine', 4))"),
    "the clock": (BLOCKED, "import time; time.clock_settime(time.CLOCK_REALTIME, 1)"),
    "another personality": (BLOCKED, "check(libc.personality(0x40000))"),
    "a number no kernel knows": (REFUSED, "call(1000)"),
    "a filter of its own": (BLOCKED, "check(libc.prctl(22, 2, None, 0, 0))"),
    "a character typed into the terminal": (REFUSED, "import fcntl; fcntl.ioctl(0, 0x5412, b'x')"),
    "a larger pipe": (BLOCKED, "import fcntl; fcntl.fcntl(4, 1031, 1 << 20)"),
}

X86_64 = {
    "a number of the x32 table": (BLOCKED, "call(0x40000000 + 39)"),
    "a 32-bit system call": (
        BLOCKED,
        """
        import mmap
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(bytes.fromhex('b814000000cd80c3'))
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
        """,
    ),
}

NUMBERS = {
    "x86_64": {
        "bpf": 321,
        "clone": 56,
        "execveat": 322,
        "keyctl": 250,
        "mq_open": 240,
        "open_by_handle_at": 304,
        "perf_event_open": 298,
        "rt_sigqueueinfo": 129,
        "tgkill": 234,
        "userfaultfd": 323,
    },
    "aarch64": {
        "bpf": 280,
        "clone": 220,
        "execveat": 281,
        "keyctl": 219,
        "mq_open": 180,
        "open_by_handle_at": 265,
        "perf_event_open": 241,
        "rt_sigqueueinfo": 138,
        "tgkill": 131,
        "userfaultfd": 282,
    },
}
