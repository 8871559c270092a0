"""A user's mistake is one sentence on stderr and exit 1, wrong usage exit 2; never a traceback."""

import socket
import sqlite3

import pytest

from .conftest import CommandLine

HEADER = "call_id,ended_at,agent,queue,outcome"
LINE = "1.1,2026-03-01T09:30:00+01:00,anna,support,no_key"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("import", "calls"),
        ("kpi", "agents", "--format", "xml"),
        ("export", "calls", "--format", "pdf"),
        ("user", "add", "bob", "--role", "king"),
        ("demo", "--calls", "0"),
    ],
)
def test_wrong_usage_is_told_with_exit_2(ivr: CommandLine, arguments: tuple[str, ...]) -> None:
    ended = ivr(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err
    assert "--help" in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kpi", "agents", "--from", "soon"), "'from' is 'soon', no date"),
        (("kpi", "agents", "--from", "0001-01-01"), "'from' is '0001-01-01', no date"),
        (("kpi", "layouts", "--from", "2026-03-02", "--to", "2026-03-01"), "write a later 'to' than 'from'"),
        (("layouts", "show", "nope"), "nope: is no layout here; name one of about-12"),
        (("layouts", "preview", "../sparse-531"), "is no layout here"),
        (("import", "calls", "/not/there.csv"), "/not/there.csv cannot be read"),
        (("people", "import", "/not/there.csv"), "/not/there.csv cannot be read"),
        (
            ("export", "calls", "--output", "/not/there.csv"),
            "/not/there.csv cannot be used (No such file or directory)",
        ),
        (("user", "add", "anna", "--role", "agent"), "say whose, by the agent's key"),
        (("user", "add", "b b", "--role", "admin"), "the user name 'b b' will not do"),
        (("serve", "--config", "/not/there.toml"), "the settings file /not/there.toml is not there"),
    ],
)
def test_a_wrong_argument_is_refused(ivr: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    assert said in ivr(*arguments, IVR_TIME_ZONE="Europe/Berlin").refused()


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("IVR_CONFIG", "/not/there.toml", "the settings file /not/there.toml is not there"),
        ("IVR_DATABASE_URL", "nonsense", "the database's address is none; write sqlite:////path"),
        ("IVR_DATABASE_URL", "mysql://ivr:hush@host/ivr", "a database of the kind mysql is not known"),
        ("IVR_DATABASE_URL", "postgresql://ivr:hush@host:port/ivr", "the database's address is none"),
        ("IVR_DATABASE_URL", "postgresql://ivr:hush@127.0.0.1:1/ivr", "no PostgreSQL answers there"),
        ("IVR_DATABASE_URL", "sqlite:////not/there/ivr.db", "the folder /not/there is not there; create it"),
        ("IVR_DATABASE_URL", "sqlite:////", "is a folder; name a file in it"),
        ("IVR_PEPPER_FILE", "/", "the pepper file / is not a file"),
        ("IVR_LAYOUTS_DIR", "/not/there", "create it, or set IVR_LAYOUTS_DIR"),
        ("IVR_EXPERIMENTS_DIR", "/not/there", "create it, or set IVR_EXPERIMENTS_DIR"),
        ("IVR_REFERENCE_LAYOUT", "nope", "which is no layout here; name one of about-12"),
        ("IVR_EXPERIMENT", "nope", "there is no experiment 'nope'; name one that is there (default)"),
        ("IVR_SOUNDS_DIR", "/not/there", "the recording is missing; run ivr prompts build"),
        ("IVR_AGI_BIND", "4573", "environment IVR_AGI_BIND: agi_bind: write host:port"),
        ("IVR_WEB_BIND", "203.0.113.5:80", "set IVR_WEB_BIND to an address of this machine"),
        ("IVR_AMI_PORT", "many", "environment IVR_AMI_PORT: ami_port: "),
        ("IVR_DEFAULT_REGION", "XX", 'the region "XX" is not known'),
    ],
)
def test_a_service_that_cannot_start_says_why(ivr: CommandLine, setting: str, value: str, said: str) -> None:
    sentence = ivr("serve", **{setting: value}).refused()
    assert said in sentence
    assert "hush" not in sentence


@pytest.mark.parametrize("setting", ["IVR_AGI_BIND", "IVR_WEB_BIND"])
def test_a_used_port_is_refused_with_its_setting(ivr: CommandLine, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = ivr("serve", **{setting: address}).refused()
    assert f"cannot listen on {address}: the address is in use; stop the other program" in said
    assert setting in said


@pytest.mark.parametrize(
    "arguments",
    [("serve",), ("db", "upgrade"), ("kpi", "agents")],
)
def test_a_newer_database_is_left_alone(ivr: CommandLine, arguments: tuple[str, ...]) -> None:
    assert ivr("db", "upgrade").ok() == "the database is up to date\n"
    with sqlite3.connect(ivr.folder / "ivr.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    said = ivr(*arguments).refused()
    assert "is of the newer revision 9999, this program knows up to" in said
    assert "install the program's newer version, or restore a backup" in said


def test_a_pepper_that_others_can_read_is_refused(ivr: CommandLine) -> None:
    path = ivr.file("pepper", "0" * 64)
    (ivr.folder / "pepper").chmod(0o644)
    assert f"can be read or written by others; run `chmod 600 {path}`" in ivr("serve").refused()


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ('press = "2"', 'press = "1"', "line 26: options[2].press: key 1 is already taken by options[1].press"),
        ('prompt = "press-2-so-so"', 'prompt = "press-2"', "line 28: options[2].prompt: names the prompt 'press-2'"),
        ("category = 1", "category = 3", "line 27: options[2].category: is 3, out of range; write 0 (worst"),
        ("category = 1", "category = true", "line 27: options[2].category: is true, true or false"),
        ("category = 1", "category = 1\npause_after_seconds = -1", "line 28: options[2].pause_after_seconds: is -1"),
        ("category = 1", "category = 1\npause_after_seconds = nan", "is nan; write seconds from 0 to 10"),
        ("category = 1", "category = 1\npause_after_seconds = inf", "is inf; write seconds from 0 to 10"),
        ("max_tries = 2", "max_tries = 2\nmax_tries = 2", "line 17: is not TOML"),
        ("max_tries = 2", "max_tries =", "line 16: is not TOML"),
        ("barge_in", "bargein", "line 18: bargein: is no key of this table; write barge_in"),
    ],
)
def test_a_bad_layout_is_refused(ivr: CommandLine, was: str, is_now: str, said: str) -> None:
    path = ivr.folder / "layouts" / "sequential-123.toml"
    path.write_text(path.read_text().replace(was, is_now, 1))
    assert said in ivr("layouts", "check").refused()


def test_with_a_bad_layout_no_service_starts_and_nothing_is_made(ivr: CommandLine) -> None:
    path = ivr.folder / "layouts" / "sequential-123.toml"
    path.write_text(path.read_text().replace('press = "2"', 'press = "1"', 1))
    assert "key 1 is already taken by options[1].press" in ivr("serve").refused()
    assert not (ivr.folder / "ivr.db").exists()


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ('"sequential-123" = 0.6', '"sequential-123" = 0.7', "layouts sum to 1.1; change them so that they sum to 1"),
        ('"sparse-531"', '"sparse-351"', "names a layout that does not exist; write sparse-531"),
        ('"2" = 0.05', '"-2" = 0.05', "delay -2; write seconds from 0 to 10"),
        ('unit = "caller"', 'unit = "agent"', "is 'agent'; write caller or call"),
    ],
)
def test_a_bad_experiment_is_refused(ivr: CommandLine, was: str, is_now: str, said: str) -> None:
    path = ivr.folder / "experiments" / "default.toml"
    path.write_text(path.read_text().replace(was, is_now, 1))
    assert said in ivr("layouts", "check").refused()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: the file is empty"),
        (f"{HEADER},colour\n{LINE},red\n", 'line 1: the column "colour" is not known'),
        (f"call_id,ended_at,agent,queue\n{LINE.rpartition(',')[0]}\n", "line 1: the column outcome is missing"),
        (f"{HEADER}\n{LINE}\n{LINE}\n", "line 3: call_id 1.1 stands in line 2 already"),
        (f'{HEADER},segment\n{LINE},"a\nb\nc"\n{LINE.replace("1.1", "1.2")}x,\n', 'line 5: outcome is "no_keyx"'),
        (f"{HEADER}\n{LINE.replace('no_key', chr(34) + 'a' + chr(10) + 'b' + chr(34))}\n", 'outcome is "a?b"'),
        (f"{HEADER}\n{LINE.replace('no_key', chr(27) + '[31m')}\n", 'outcome is "?[31m"'),
        (f"{HEADER},legs\n{LINE},99999999999\n", "write a whole number from 1 up, 2147483647 at most"),
        (f"{HEADER},layout_probability\n{LINE},1.5\n", 'line 2: layout_probability is "1.5"'),
        (f"{HEADER},keys\n{LINE},{'z' * 5000}\n", f'keys: "{"z" * 40}" is no press'),
        (f"{HEADER}\n{LINE}\n".encode("utf-16"), "line 1: the text is not UTF-8"),
    ],
)
def test_a_bad_calls_file_is_refused_whole(ivr: CommandLine, content: str | bytes, said: str) -> None:
    sentence = ivr("import", "calls", ivr.file("calls.csv", content)).refused()
    assert said in sentence
    assert "nothing of the file was kept" in sentence


def test_nothing_is_kept_of_a_file_that_is_wrong_at_its_end(ivr: CommandLine) -> None:
    ivr("import", "calls", ivr.file("calls.csv", f"{HEADER}\n{LINE}\n1.2,today,anna,support,no_key\n")).refused()
    assert ivr("export", "calls").ok().count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "calls"),
        ("export", "calls", "--format", "xlsx"),
        ("kpi", "agents"),
    ],
)
def test_a_full_disk_is_one_sentence(ivr: CommandLine, arguments: tuple[str, ...]) -> None:
    ivr("import", "calls", ivr.file("calls.csv", f"{HEADER}\n{LINE}\n")).ok()
    ended = ivr.into("/dev/full", *arguments)
    assert "the output cannot be used (No space left on device)" in ended.refused()
