"""Settings: where they come from, which wins, and what is said of a wrong one."""

import os
import pickle
from pathlib import Path

import pytest

from ivr import settings as settings_module
from ivr.errors import SettingsRefused
from ivr.settings import Bind, load_settings


@pytest.fixture(autouse=True)
def _only_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away the environment's settings and the shipped file."""
    for name in list(os.environ):
        if name.upper().startswith("IVR_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(settings_module, "HOME", tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ivr.toml"


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings.agi_bind == Bind(("127.0.0.1", 4573))
    assert settings.web_bind == Bind(("127.0.0.1", 8080))
    assert settings.database_url.startswith("sqlite:////")
    assert (settings.ami_secret, settings.queues, settings.sampling_probability) == (None, (), 1.0)
    assert all(path.is_absolute() for path in (settings.layouts_dir, settings.sounds_dir, settings.pepper_file))


def test_the_file_comes_before_the_defaults_and_the_environment_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('ami_host = "pbx"\nami_port = 5039\nqueues = ["sales", "support"]\n')
    monkeypatch.setenv("IVR_AMI_PORT", "5040")
    settings = load_settings(file)
    assert (settings.ami_host, settings.ami_port, settings.queues) == ("pbx", 5040, ("sales", "support"))
    assert settings.ami_user == "ivr"


def test_shares_by_queue_and_utilities_are_read_from_both(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("utility = [0, 1, 6]\noffer_floor = 0.8\n[offer_floors]\nsupport = 0.9\n")
    settings = load_settings(file)
    assert (settings.utility, settings.offer_floor, settings.offer_floors) == ((0.0, 1.0, 6.0), 0.8, {"support": 0.9})
    assert settings.file == file
    monkeypatch.setenv("IVR_UTILITY", "0, 0, 1")
    monkeypatch.setenv("IVR_OFFER_FLOORS", "support:0.7, a:b:1")
    settings = load_settings(file)
    assert (settings.utility, settings.offer_floors) == ((0.0, 0.0, 1.0), {"support": 0.7, "a:b": 1.0})


def test_a_named_file_comes_before_the_environment_s_and_that_before_the_shipped_one(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "home" / "config" / "ivr.toml"
    shipped.parent.mkdir(parents=True)
    shipped.write_text('ami_user = "shipped"\n')
    assert load_settings().ami_user == "shipped"
    named = tmp_path / "named.toml"
    named.write_text('ami_user = "environment"\n')
    monkeypatch.setenv("IVR_CONFIG", str(named))
    assert load_settings().ami_user == "environment"
    file.write_text('ami_user = "option"\n')
    assert load_settings(file).ami_user == "option"


def test_the_names_of_the_contract_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = {
        "IVR_DATABASE_URL": "postgresql://ivr@db/ivr",
        "IVR_AGI_BIND": "127.0.0.1:1573",
        "IVR_WEB_BIND": "[::1]:1080",
        "IVR_AMI_HOST": "pbx",
        "IVR_AMI_PORT": "1038",
        "IVR_AMI_USER": "me",
        "IVR_AMI_SECRET": "secret",
        "IVR_LAYOUTS_DIR": str(tmp_path / "layouts"),
        "IVR_EXPERIMENTS_DIR": str(tmp_path / "experiments"),
        "IVR_SOUNDS_DIR": str(tmp_path / "sounds"),
        "IVR_PEPPER_FILE": str(tmp_path / "pepper"),
        "IVR_QUEUES": "sales, support,",
    }
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.ami_secret is not None
    assert settings.ami_secret.get_secret_value() == "secret"
    assert (str(settings.agi_bind), str(settings.web_bind)) == ("127.0.0.1:1573", "[::1]:1080")
    assert settings.web_bind == ("::1", 1080)
    assert settings.queues == ("sales", "support")
    for name in set(written) - {"IVR_AMI_SECRET", "IVR_QUEUES"}:
        assert str(getattr(settings, name.removeprefix("IVR_").lower())) == written[name]


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("IVR_AGI_BIND", "4573", "write host:port"),
        ("IVR_AGI_BIND", ":4573", "write host:port"),
        ("IVR_AGI_BIND", "localhost:", "write host:port"),
        ("IVR_AGI_BIND", "localhost:65536", "write host:port"),
        ("IVR_WEB_BIND", "localhost:\N{SUPERSCRIPT TWO}", "write host:port"),
        ("IVR_WEB_BIND", "localhost:-1", "write host:port"),
        ("IVR_AMI_PORT", "0", "greater than or equal to 1"),
        ("IVR_AMI_PORT", "many", "valid integer"),
        ("IVR_PBX", "two words", "match pattern"),
        ("IVR_COMMENTS_DIR", "comments", "write an absolute folder"),
        ("IVR_COMMENTS_DIR", "/var/spool/../x", "write an absolute folder"),
        ("IVR_DEFAULT_REGION", "Germany", "match pattern"),
        ("IVR_SAMPLING_PROBABILITY", "0", "greater than 0"),
        ("IVR_SAMPLING_PROBABILITY", "1.5", "less than or equal to 1"),
        ("IVR_LOG_LEVEL", "loud", "debug|info|warning|error"),
        ("IVR_AMI_PORT", "true", "valid integer"),
        ("IVR_TIME_ZONE", "Berlin", "write one like Europe/Berlin"),
        ("IVR_OFFER_FLOOR", "1.5", "less than or equal to 1"),
        ("IVR_OFFER_FLOORS", "support", "write names with their shares, for example support:0.9,sales:0.8"),
        ("IVR_OFFER_FLOORS", "support:2", "less than or equal to 1"),
        ("IVR_UTILITY", "6,1,0", "from the worst to the best and rising"),
        ("IVR_UTILITY", "1", "a number for each category"),
        ("IVR_UTILITY", "0,nan", "finite"),
        ("IVR_FIT_MINUTES", "-1", "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable_and_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as fault:
        load_settings()
    assert str(fault.value).startswith(f"environment {name}: ")
    assert remedy in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ami_prot = 5038", "ami_prot is no setting; remove it, or see docs/settings.md"),
        ("ami_port = true", "ami_port: write a number, not true or false"),
        ("sampling_probability = true", "sampling_probability: write a number, not true or false"),
        ("[web]\nbind = 1", "web is no setting"),
        ("ami_port = 70000", "ami_port: "),
        ("agi_bind = 4573", "agi_bind: write host:port"),
        ("queues = 5", "queues: "),
        ("utility = 3", "utility: "),
        ("offer_floors = 3", "offer_floors: "),
        ("ami_port = ", "mend the TOML there"),
        ("ami_port = 1\nami_port = 2", "mend the TOML there"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsRefused) as fault:
        load_settings(file)
    assert str(fault.value).startswith(f"{file}: ")
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsRefused, match="mend the TOML there"):
        load_settings(file)


def test_a_file_that_cannot_be_read_is_refused() -> None:
    unreadable = Path("/proc/self/mem")  # opens, and fails at the first read
    with pytest.raises(SettingsRefused, match="make the file readable for this user"):
        load_settings(unreadable)


@pytest.mark.parametrize("named", ["option", "environment"])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    missing = tmp_path / "missing.toml"
    if named == "environment":
        monkeypatch.setenv("IVR_CONFIG", str(missing))
    with pytest.raises(SettingsRefused, match="name one with --config or IVR_CONFIG"):
        load_settings(missing if named == "option" else None)
    with pytest.raises(SettingsRefused, match="is not there"):
        load_settings(tmp_path)


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("IVR_AMI_SECRET", "hunter2")
    assert "hunter2" not in repr(load_settings())
    assert "hunter2" not in str(load_settings().model_dump_json())
    monkeypatch.delenv("IVR_AMI_SECRET")
    file.write_text('ami_secret = ["hunter2"]\n')
    with pytest.raises(SettingsRefused) as fault:
        load_settings(file)
    assert "hunter2" not in str(fault.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().ami_port = 1


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pepper = load_settings().pepper_file
    monkeypatch.setenv("IVR_PEPPER_FILE", "")
    monkeypatch.setenv("IVR_AMI_SECRET", "")
    assert (load_settings().pepper_file, load_settings().ami_secret) == (pepper, None)


def test_a_file_may_begin_with_the_mark_of_some_editors(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfami_port = 5039\r\n")
    assert load_settings(file).ami_port == 5039


def test_settings_reach_another_process_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "ivr.toml"
    file.write_text('queues = ["sales"]\nutility = [0, 6]\nami_secret = "not to be told"\n')
    settings = load_settings(file)
    again = pickle.loads(pickle.dumps(settings))
    assert again.model_dump() == settings.model_dump()
    assert (again.file, again.web_bind, again.ami_secret) == (file, settings.web_bind, settings.ami_secret)
