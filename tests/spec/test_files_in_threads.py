"""Documents are read by several threads at once, the first of them too."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import threading
from bnsim.spec.files import load_document
from bnsim.spec.resources import resource
path = resource("lessons/01-what-vanishing-means/both.bnsim")
gate = threading.Barrier(6)
def read():
    gate.wait()
    load_document(path)
threads = [threading.Thread(target=read) for _ in range(6)]
for each in threads: each.start()
for each in threads: each.join()
print("read")
"""


def test_the_first_documents_are_read_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "read", done.stderr
