"""Set up, run and test a checkout of bnsim. Needs Python 3.11 or newer with venv, and nothing else.

    python3 packaging/dev.py [run] [FILE]      open the app; with no display, write its picture and figures instead
    python3 packaging/dev.py test [--torch]    every check; with CI set or --torch also against PyTorch
    python3 packaging/dev.py test --long       the long random runs and whole ranges too, and all with other versions
    python3 packaging/dev.py versions WHICH    the tests with other versions: lowest-direct, as stated, or highest
    python3 packaging/dev.py api               the API reference, into build/api
    python3 packaging/dev.py check-system      are Qt's system libraries there?

The first use makes .venv and installs the pinned packages; later ones find it done. Exit code 2: something is
missing that a person has to install, and the exact command was printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUN_PINS = ROOT / "packaging" / "constraints.txt"
TEST_PINS = ROOT / "packaging" / "constraints-test.txt"
PICTURES = ROOT / "bnsim-snapshot"
OLDEST = (3, 11)
TORCH = "torch==2.13.0"
VERSIONS = ("lowest-direct", "highest")
"""What `versions` takes, as uv calls them: the lowest ones that pyproject.toml states, or the newest there are."""
TESTS = ("-m", "pytest", "--numprocesses=2", "--dist=loadfile", "--max-worker-restart=0")
"""Two at a time: lanes have threads of their own, and more windows at once would starve each other.

A process that crashes, or is ended since a test hangs, is the end of the run: with whole files xdist would give that
test to one new process after the other.
"""
MISSING = 2

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libzstd.so.1": "libzstd1",
}
"""What Qt's X11 platform plugin loads, and the Debian package that holds it."""

DISPLAY_TOOLS = {"Xvfb": "xvfb", "xdotool": "xdotool", "openbox": "openbox"}
"""Programs the test of a real window uses, and the Debian package that holds each."""


class Stop(Exception):
    """Ends the program with a message and exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def main() -> int:
    use_newer_python_if_old()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command")
    run = commands.add_parser("run", help="open the app")
    run.add_argument("file", nargs="?", metavar="FILE", help="a .bnsim file to open")
    test = commands.add_parser("test", help="run every check")
    test.add_argument("--torch", action="store_true", help="install PyTorch too, to compare with")
    test.add_argument("--long", action="store_true", help="and all that takes hours")
    versions = commands.add_parser("versions", help="run the tests with other versions of what bnsim needs")
    versions.add_argument("which", choices=VERSIONS)
    commands.add_parser("api", help="write the API reference")
    commands.add_parser("check-system", help="look for Qt's system libraries")
    options = parser.parse_args()
    try:
        if options.command == "test":
            torch = options.torch or options.long or bool(os.environ.get("CI"))
            return run_checks(with_torch=torch) or (run_long() if options.long else 0)
        if options.command == "versions":
            return run_with_versions(options.which)
        if options.command == "api":
            ensure_venv(tests=True)
            return subprocess.call([PYTHON, ROOT / "packaging" / "api.py"], cwd=ROOT)
        if options.command == "check-system":
            ensure_libraries()
            say("Qt's system libraries are all there.")
            return 0
        return run_app(getattr(options, "file", None))
    except Stop as stop:
        print(stop, file=sys.stderr, flush=True)
        return stop.code
    except KeyboardInterrupt:
        return 130


def run_app(file: str | None) -> int:
    """The app, or what it would show where there is no display."""
    ensure_libraries()
    ensure_venv(tests=False)
    given = [str(Path(file).resolve())] if file else []
    if has_display():
        return subprocess.call([PYTHON, "-m", "bnsim", *given], cwd=ROOT)
    say(f"No display here, so no window: its picture and the figures are written to {PICTURES}")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    code = subprocess.call([PYTHON, "-m", "bnsim", "snapshot", "--out", PICTURES], cwd=ROOT, env=environment)
    if given and code == 0:
        folder = str(PICTURES / Path(given[0]).stem)
        command = [str(PYTHON), "-m", "bnsim", "run", *given, "--format", "png,svg", "--out", folder]
        code = subprocess.call(command, cwd=ROOT, env=environment)
    return code


def run_checks(with_torch: bool) -> int:
    """Every check, in order, up to the first that fails; its exit code."""
    ensure_libraries()
    ensure_display_tools()
    ensure_venv(tests=True)
    if with_torch:
        try_torch()
    bin_folder = PYTHON.parent
    checks: dict[str, list[str | Path]] = {
        "style (ruff)": [PYTHON, "-m", "ruff", "check", "."],
        "types (mypy)": [PYTHON, "-m", "mypy"],
        "who imports whom (import-linter)": [bin_folder / "lint-imports"],
        "tests (pytest)": [PYTHON, *TESTS],
    }
    for name, command in checks.items():
        heading(name)
        code = subprocess.call(command, cwd=ROOT, stdin=subprocess.DEVNULL)
        if code:
            return code
    return 0


def run_long() -> int:
    """What the ordinary checks leave out: hours of it. All of it is run, whatever fails; its exit code."""
    heading("long tests (pytest)")
    codes = [subprocess.call([PYTHON, *TESTS, "-m", "fuzz or long"], cwd=ROOT, stdin=subprocess.DEVNULL)]
    codes += [run_with_versions(which) for which in VERSIONS]
    return max(codes)


def run_with_versions(which: str) -> int:
    """The tests in an environment of its own, with other versions than the pinned ones; their exit code."""
    heading(f"tests with {which} versions")
    ensure_libraries()
    ensure_display_tools()
    folder = ROOT / "build" / "versions" / which
    python = folder / PYTHON.relative_to(VENV)
    with Step(f"installing {which} versions into {folder.relative_to(ROOT)}") as step:
        step.call([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        step.call([*pip, "uv"])
        own = [f"{ROOT}[test]", "--resolution", which]
        step.call([str(python), "-m", "uv", "pip", "install", "--python", str(python), "--editable", *own])
    return subprocess.call([python, *TESTS], cwd=ROOT, stdin=subprocess.DEVNULL)


def has_display() -> bool:
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


# System libraries


def ensure_libraries() -> None:
    """Every library Qt loads is there, or is installed where this may be done; else Stop with the command."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_libraries()
    if not missing:
        return
    packages = sorted(QT_LIBRARIES[name] for name in missing)
    if may_install():
        apt_install(packages, "system libraries Qt needs")
        missing = missing_libraries()
        if not missing:
            return
    names = ", ".join(missing)
    if shutil.which("apt-get"):
        raise Stop(f"Qt needs system libraries that are not here ({names}). Run:\n  {apt_command(packages)}", MISSING)
    raise Stop(f"Qt needs system libraries that are not here: {names}. Install the packages that hold them.", MISSING)


def missing_libraries() -> list[str]:
    """Asked of the dynamic loader itself, in a new process, as Qt will."""
    probe = (
        "import ctypes, sys\nfor name in sys.argv[1:]:\n    try: ctypes.CDLL(name)\n    except OSError: print(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", probe, *QT_LIBRARIES], capture_output=True, text=True, check=True)
    return done.stdout.split()


def ensure_display_tools() -> None:
    """For the test of a real window; without them that test is left out."""
    if not sys.platform.startswith("linux"):
        return
    packages = [package for program, package in DISPLAY_TOOLS.items() if not shutil.which(program)]
    if packages and may_install():
        apt_install(packages, "tools for the test of a real window")
    elif packages:
        say(f"The test of a real window is left out; to have it, run:  {apt_command(packages)}")


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_command(packages: list[str]) -> str:
    return f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def apt_install(packages: list[str], what: str) -> None:
    """Install by apt; a failure is shown, and what is still missing is found by the caller's next look."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with Step(f"installing {what}: {' '.join(packages)}") as step:
        step.call(["apt-get", "update", "-q"], env=environment, may_fail=True)
        step.call(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env=environment, may_fail=True
        )


# Python packages


def ensure_venv(tests: bool) -> None:
    """.venv with the pinned packages and this checkout, made again if what it was made from has changed."""
    pins = [RUN_PINS, TEST_PINS] if tests else [RUN_PINS]
    stamp, stamp_file = fingerprint(pins), VENV / ("bnsim-test.stamp" if tests else "bnsim-run.stamp")
    if stamp_file.is_file() and stamp_file.read_text() == stamp and works():
        return
    if not works():
        make_venv()
    requirements = [part for pin in pins for part in ("-r", str(pin))]
    with Step("installing pinned packages into .venv (a minute or two)") as step:
        step.pip("install", "--require-hashes", *requirements)
    with Step("installing bnsim itself, editable") as step:
        step.pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp_file.write_text(stamp)
    if tests:
        (VENV / "bnsim-run.stamp").write_text(fingerprint([RUN_PINS]))


def fingerprint(pins: list[Path]) -> str:
    """Changes with the pins, the project's declaration, the Python version, and the place."""
    digest = hashlib.sha256()
    for path in (*pins, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    digest.update(f"{sys.version_info[:3]} {platform.machine()} {ROOT}".encode())
    return digest.hexdigest()


def works() -> bool:
    """Is there a .venv of this Python version that has pip?"""
    if not PYTHON.exists():
        return False
    question = "import pip, sys; print(sys.version_info[:2] == " + repr(sys.version_info[:2]) + ")"
    try:
        done = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == "True"


def make_venv() -> None:
    """A new .venv, in place of one that does not work."""
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it, in a package of its own
        import venv  # noqa: F401
    except ImportError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not may_install():
            raise Stop(f"This Python cannot make a venv. Run:\n  {apt_command([package])}", MISSING) from None
        apt_install([package], "Python's venv")
    base = getattr(sys, "_base_executable", None) or sys.executable
    with Step("making .venv") as step:
        if VENV.exists():
            shutil.rmtree(VENV)
        step.call([base, "-m", "venv", str(VENV)])


def try_torch() -> None:
    """PyTorch to compare with, if it is to be had; without it those tests are left out."""
    question = "from importlib.metadata import version; print(version('torch').split('+')[0])"
    found = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False).stdout.strip()
    if found == TORCH.partition("==")[2]:
        return
    with Step(f"installing {TORCH} to compare with") as step:
        if not step.pip("install", "--only-binary=:all:", TORCH, may_fail=True):
            say(f"{TORCH} is not to be had here; the live comparison is left out, the stored vectors are used.")


class Step:
    """One line of progress with its time; what the commands wrote is shown only if one fails."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> Step:
        say(f"- {self.text} ...")
        self.start = time.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            say(f"  {time.monotonic() - self.start:.0f} s")

    def pip(self, *arguments: str, may_fail: bool = False) -> bool:
        """Run pip in .venv; True if it succeeded."""
        command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
        return self.call(command, may_fail=may_fail)

    def call(self, command: list[str], env: dict[str, str] | None = None, may_fail: bool = False) -> bool:
        """Run a command; True if it succeeded, Stop if it failed and may not."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode == 0:
            return True
        say("\n".join(done.stdout.splitlines()[-30:]))
        if not may_fail:
            raise Stop(f"This failed (exit code {done.returncode}): {' '.join(command)}")
        return False


def use_newer_python_if_old() -> None:
    """Continue under a newer Python of this machine where `python3` is too old."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in (14, 13, 12, 11):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            raise SystemExit(subprocess.call([found, *sys.argv]))
    here = platform.python_version()
    raise SystemExit(f"bnsim needs Python {OLDEST[0]}.{OLDEST[1]} or newer and this is {here}; install a newer one.")


def heading(text: str) -> None:
    say(f"\n=== {text} ===")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
