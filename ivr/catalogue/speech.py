"""Speech: text to samples with espeak-ng, a program of the distribution's packages."""

import os
import re
import subprocess
import tempfile
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ivr.catalogue.audio import Samples, decode
from ivr.errors import PromptRefused, ToolMissing

_LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text: one channel of samples at ``rate_hz``."""

    samples: Samples
    rate_hz: int


class Speak(Protocol):
    """A speech engine."""

    def recipe(self, language: str) -> str:
        """Return engine, version and settings as text: the same recipe and text give the same speech."""

    def speak(self, text: str, language: str) -> Speech:
        """Return ``text`` spoken in ``language``."""


@dataclass(frozen=True, slots=True)
class EspeakNg:
    """espeak-ng, started as ``argv`` with ``environment`` added to this process's own.

    ``argv`` may begin with a loader, for a private copy of the program. The language's name is the voice's
    name (``pt_BR`` is the voice ``pt-br``).
    """

    argv: tuple[str, ...] = ("espeak-ng",)
    environment: Mapping[str, str] = field(default_factory=dict)
    words_per_minute: int = 155
    pitch: int = 45

    def recipe(self, language: str) -> str:
        """Return the program's version and the settings.

        Raises:
            ToolMissing: the program cannot be started.
            PromptRefused: it is another program.
        """
        answer = self._run("--version")
        version = re.search(r"eSpeak.*?(\d+(?:\.\d+)+)", answer.stdout)
        if answer.returncode or version is None:
            raise PromptRefused(f"{self.argv[-1]} does not tell its version; name a working espeak-ng")
        return f"espeak-ng {version[1]} {' '.join(self._settings(language))}"

    def speak(self, text: str, language: str) -> Speech:
        """Return ``text`` spoken.

        Raises:
            ToolMissing: the program cannot be started.
            PromptRefused: it has no voice for ``language``, or did not speak.
        """
        with tempfile.TemporaryDirectory(prefix="ivr-speech-") as folder:
            path = Path(folder) / "speech.wav"
            answer = self._run(*self._settings(language), "-b", "1", "-w", str(path), "--stdin", text=text)
            if answer.returncode or not path.exists():
                said = " ".join(answer.stderr.split()) or f"exit {answer.returncode}"
                raise PromptRefused(
                    f"espeak-ng did not speak {text!r} in {language!r} ({said}); "
                    "name the transcript after one of the languages of espeak-ng --voices"
                )
            with wave.open(str(path), "rb") as file:
                speech = Speech(decode(file.readframes(file.getnframes())), file.getframerate())
        if not speech.samples.any():
            raise PromptRefused(f"espeak-ng made no sound of {text!r}; write words that it can speak")
        return speech

    def _settings(self, language: str) -> tuple[str, ...]:
        voice = language.replace("_", "-").lower()
        return ("-v", voice, "-s", str(self.words_per_minute), "-p", str(self.pitch))

    def _run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [*self.argv, *arguments],
                input=text,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=_LONGEST_SECONDS,
                env={**os.environ, **self.environment},
            )
        except (FileNotFoundError, PermissionError) as refused:
            raise ToolMissing("espeak-ng", "install it with: apt-get install espeak-ng") from refused
        except subprocess.TimeoutExpired as refused:
            raise PromptRefused(f"espeak-ng did not end within {_LONGEST_SECONDS} s; name a working one") from refused
