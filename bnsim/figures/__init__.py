"""What is plotted: functions from a session to a `Figure`, which is data; writers and panels draw it.

Importing this loads no drawing library.
"""

from __future__ import annotations
