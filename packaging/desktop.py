#!/usr/bin/env python3
"""Puts Partita into the desktop's menu (Linux), for this user, with its icon and its songs; ``--remove`` takes it out again."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parent.parent

ENTRY = """[Desktop Entry]
Type=Application
Version=1.5
Name=Partita
GenericName=Music studio
Comment=Neural networks write the music and play it
Exec="{python}" "{launcher}" %f
Icon={icon}
Terminal=false
Categories=AudioVideo;Audio;Midi;
MimeType=audio/midi;audio/x-midi;application/x-partita;
StartupWMClass=partita
"""

KIND = """<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-partita"><comment>Partita song</comment><glob pattern="*.studio"/></mime-type>
</mime-info>
"""


def main(argv: list) -> int:  # type: ignore[type-arg]  # old interpreters must be able to read this line
    """Write the two files, or remove them, and tell the desktop."""
    share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    entry = share / "applications" / "partita.desktop"
    kind = share / "mime" / "packages" / "partita.xml"
    icon = ROOT / "resources" / "icons" / "app.svg"
    content = ENTRY.format(python=sys.executable, launcher=ROOT / "packaging" / "run.py", icon=icon)
    for path, text in ((entry, content), (kind, KIND)):
        if "--remove" in argv:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(("Removed " if "--remove" in argv else "Wrote ") + str(path))
    for command in (["update-mime-database", str(share / "mime")], ["update-desktop-database", str(entry.parent)]):
        if which(command[0]):
            subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
