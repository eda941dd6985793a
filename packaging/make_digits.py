"""Write resources/digits.csv.gz from scikit-learn's copy of the data; run once, needs scikit-learn."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from sklearn.datasets import load_digits

TARGET = Path(__file__).resolve().parent.parent / "resources" / "digits.csv.gz"


def main() -> None:
    digits = load_digits()
    rows = [[*map(int, image), int(label)] for image, label in zip(digits.data, digits.target, strict=True)]
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    content = io.BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", compresslevel=9, mtime=0, filename="") as file:
        file.write(text.encode("ascii"))
    TARGET.write_bytes(content.getvalue())
    print(f"{TARGET}: {len(rows)} rows, {len(content.getvalue()):,} bytes")


if __name__ == "__main__":
    main()
