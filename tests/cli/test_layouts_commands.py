"""``ivr layouts`` as an operator has it: list, show, check, preview."""

import json
import shutil
import wave

import pytest

from .conftest import ROOT, CommandLine

CHOICES = ("press-1-satisfied", "press-2-so-so", "press-3-dissatisfied")
PACED = "3 s of silence after key 1 (satisfied), the best answer alone, while 2 of 3 choices are unread"


def seconds_of(ivr: CommandLine, *prompts: str) -> list[float]:
    """Return how long recordings play, which differs by hundredths between machines that speak them."""
    found = []
    for prompt in prompts:
        with wave.open(f"{ivr.environment['IVR_SOUNDS_DIR']}/en/ivr-rating/{prompt}.wav") as sound:
            found.append(sound.getnframes() / 8000)
    return found


def test_layouts_are_listed_with_what_follows_and_whether_they_lead(ivr: CommandLine) -> None:
    lines = {line.split()[0]: line for line in ivr("layouts", "list").ok().splitlines()}
    assert sorted(lines) == sorted(path.stem for path in (ROOT / "config" / "layouts").glob("*.toml"))
    assert [key for key, line in lines.items() if line.endswith("  leads")] == ["paced-123"]
    assert lines["sequential-123-more"].endswith("3=dissatisfied  then reason-1234 solved-12")
    assert "  en  1=satisfied 2=so-so 3=dissatisfied" in lines["sequential-123"]


def test_a_file_is_shown_as_it_is_and_a_leading_one_with_the_reason(ivr: CommandLine) -> None:
    folder = ivr.folder / "layouts"
    assert ivr("layouts", "show", "sparse-531").ok() == (folder / "sparse-531.toml").read_text()
    assert ivr("layouts", "show", "paced-123").ok() == f"{(folder / 'paced-123.toml').read_text()}# leads: {PACED}\n"


def test_warnings_are_told_and_refuse_nothing(ivr: CommandLine) -> None:
    checked = ivr("layouts", "check")
    assert checked.ok() == "layouts and experiments are in order\n"
    assert checked.err.startswith(f"ivr: warning: {ivr.folder}/layouts/paced-123.toml: is a leading layout: {PACED}; ")
    assert checked.err.count("\n") == 1


def test_faults_of_several_files_are_told_at_once(ivr: CommandLine) -> None:
    for key, old, new in (
        ("rating-5", 'opt_out_key = "9"', 'opt_out_key = "5"'),
        ("solved-12", "timeout_seconds = 5", 'timeout_seconds = 5\nthen = ["sequential-123-more"]'),
    ):
        path = ivr.folder / "layouts" / f"{key}.toml"
        path.write_text(path.read_text().replace(old, new))
    checked = ivr("layouts", "check")
    assert (checked.code, checked.out) == (1, "")
    assert [line.split(": ")[1].rpartition("/")[2] for line in checked.err.splitlines()] == [
        "rating-5.toml, line 38",
        "sequential-123-more.toml, line 23",
        "solved-12.toml, line 18",
    ]


def test_a_bound_that_cannot_hold_is_refused_by_check_and_preview_alike(ivr: CommandLine) -> None:
    path = ivr.folder / "layouts" / "sequential-123-more.toml"
    path.write_text(path.read_text().replace("longest_seconds = 300", "longest_seconds = 60"))
    said = ivr("layouts", "check").refused()
    assert f"ivr: {path}, line 24: longest_seconds: is 60, but a call can take " in said
    assert ivr("layouts", "preview", "sequential-123").refused() == said


def test_a_preview_tells_the_moments_the_burden_and_that_it_leads(ivr: CommandLine) -> None:
    said = ivr("layouts", "preview", "paced-123", "--delay", "2").ok().splitlines()
    assert said[0] == " -2.00   2.00 s  pause    [silence, keys are taken]"
    intro, one, two, three, no_key = seconds_of(ivr, "intro", *CHOICES, "no-key")
    assert said.count(f"{intro + one:6.2f}   3.00 s  pause    [silence, keys are taken]") == 1
    assert said[-1] == f"leads: {PACED}"
    choices = one + 3 + two + 3 + three
    assert said[-2].startswith(
        f"{intro + choices:.2f} s until the last choice is read, "
        f"{intro + 2 * (choices + 5 + no_key):.2f} s of a caller who presses nothing, "
    )


def test_further_questions_are_indented_below_the_answer_that_leads_to_them(ivr: CommandLine) -> None:
    said = ivr("layouts", "preview", "sequential-123-more").ok()
    assert "question [after key 2: reason, layout reason-1234]\n      0.00   " in said
    assert "question [after every answer: solved, layout solved-12]\n      0.00   " in said


def test_a_preview_is_written_as_sound_and_as_json(ivr: CommandLine) -> None:
    file = ivr.folder / "paced.wav"
    written = json.loads(ivr("layouts", "preview", "paced-123", "--wav", str(file), "--json").ok())
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        assert sound.getnframes() / 8000 == written["wav_seconds"]
    assert written["leads"] == [PACED]
    intro, one = seconds_of(ivr, "intro", CHOICES[0])
    assert [line["wav_at_seconds"] for line in written["lines"][:3]] == pytest.approx([0, intro, intro + one])
    assert (
        f"wrote {file}, {written['wav_seconds']:.2f} s\n"
        in ivr("layouts", "preview", "paced-123", "--wav", str(file)).ok()
    )


def test_a_preview_that_cannot_be_written_is_refused(ivr: CommandLine) -> None:
    said = ivr("layouts", "preview", "paced-123", "--wav", str(ivr.folder / "gone" / "x.wav")).refused()
    assert "x.wav: cannot be written (No such file or directory); name a file in a folder that this user may" in said


def test_a_check_of_one_layout_wants_it_to_be_there(ivr: CommandLine) -> None:
    assert "nope: is no layout here; name one of about-12, " in ivr("layouts", "check", "nope").refused()


def test_a_check_refuses_what_a_start_would(ivr: CommandLine) -> None:
    assert not list(ivr.folder.glob("ivr.db*"))
    ivr("experiments", "start", "default", "--by", "Ada").ok()
    file = ivr.folder / "experiments" / "default.toml"
    file.write_text(file.read_text().replace('salt = "default-2"', 'salt = "default-3"'))
    said = ivr("layouts", "check").refused()
    assert 'default.toml: salt is "default-3", and was "default-2" when the experiment was started' in said
    assert ivr("experiments", "check").refused() == said


def test_a_check_makes_no_ledger_and_wants_none_that_answers(ivr: CommandLine) -> None:
    ivr("layouts", "check").ok()
    assert not list(ivr.folder.glob("ivr.db*"))
    away = ivr("layouts", "check", IVR_DATABASE_URL="postgresql://ivr@127.0.0.1:1/ivr")
    assert away.ok() == "layouts and experiments are in order\n"
    assert "ivr: warning: whether a running experiment was changed was not checked: " in away.err


def test_a_recording_that_is_missing_or_cannot_be_played_is_a_fault_once_prompts_were_built(ivr: CommandLine) -> None:
    sounds = ivr.folder / "own-sounds"
    ivr.environment["IVR_SOUNDS_DIR"], built = str(sounds), ivr.environment["IVR_SOUNDS_DIR"]
    unbuilt = ivr("layouts", "check")
    assert unbuilt.ok() == "layouts and experiments are in order\n"
    assert "how long a call can last was not checked, as the prompts are not built" in unbuilt.err
    shutil.copytree(built, sounds)
    gone, other = (sounds / "en" / "ivr-rating" / f"{name}.wav" for name in ("press-1-satisfied", "thanks"))
    gone.unlink()
    with wave.open(str(other), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", "NONE"))
        sound.writeframes(bytes(3200))
    checked = ivr("layouts", "check")
    assert (checked.code, checked.out) == (1, "")
    again = f"delete {other.name} and run ivr prompts build, or save it as 8 kHz mono 16-bit PCM WAV"
    assert sorted(checked.err.splitlines()) == [
        f"ivr: {gone}: the recording is missing; run ivr prompts build",
        f"ivr: {other}: has 16000 samples a second, not 8000 samples a second; {again}",
    ]
