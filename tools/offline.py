"""Run all tests with the network blocked: `make test-offline`, on Linux.

The tests run in a network of their own that has nothing in it but this machine's loopback
interface. That needs the right to make one: root, or a system that lets users have it.
"""

import fcntl
import os
import shutil
import socket
import struct
import sys
from pathlib import Path

RUN_TESTS = Path(__file__).with_name("run_tests.py")
NOBODY = ("192.0.2.1", 80)  # an address reserved for documentation
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x1 | 0x40


def raise_loopback():
    """Switch the loopback interface of this network on."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))


def is_cut_off():
    """Is there no way out of this network?"""
    try:
        socket.create_connection(NOBODY, timeout=2).close()
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def main(arguments):
    if arguments and arguments[0] == "--inside":
        raise_loopback()
        if not is_cut_off():
            sys.exit("The network is not blocked here, so a test without it would prove nothing.")
        print("The network is blocked; only this machine itself can be reached.", flush=True)
        os.execv(sys.executable, [sys.executable, str(RUN_TESTS), *arguments[1:]])
    unshare = shutil.which("unshare")
    if unshare is None:
        sys.exit("Blocking the network needs the command unshare, of Linux's util-linux.")
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = [sys.executable, __file__, "--inside", *arguments]
    os.execv(unshare, [unshare, *rights, "--net", *inside])


if __name__ == "__main__":
    main(sys.argv[1:])
