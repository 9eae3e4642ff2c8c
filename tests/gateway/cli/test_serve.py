from __future__ import annotations

import re
import socket
import sys
from pathlib import Path
from subprocess import CompletedProcess, run

import aiohttp

from tests.support.box import Box, running_box


async def test_the_first_start_makes_an_administrator_and_prints_the_password_once(tmp_path: Path) -> None:
    box = Box(tmp_path, ports=["/nowhere"])
    await box.start()
    await box.stop()
    said = box.log.read_text()
    found = re.search(r"account admin, password (\S+)", said)
    assert found
    await box.start()
    answer = await box.post("sms/get_valid_spans", username="admin", password=found[1])
    await box.stop()
    assert answer["code"] == 200
    assert box.log.read_text().count("password") == 1


async def test_health_says_alive_and_not_ready_without_a_modem(tmp_path: Path) -> None:
    async with running_box(tmp_path, ports=["/nowhere"]) as box, aiohttp.ClientSession() as session:
        async with session.get(f"{box.address}/health/live") as answer:
            assert answer.status == 200
        async with session.get(f"{box.address}/health/ready") as answer:
            assert answer.status == 503


async def test_the_name_of_the_box_is_in_the_first_log_line_and_in_health(tmp_path: Path) -> None:
    settings = '[gateway]\nname = "north-mast"\n'
    async with running_box(tmp_path, ports=["/nowhere"], settings=settings) as box, aiohttp.ClientSession() as session:
        async with session.get(f"{box.address}/health/live") as answer:
            assert await answer.json() == {"status": "live", "name": "north-mast"}
        (line,) = [line for line in box.log.read_text().splitlines() if "listening" in line]
        assert "box=north-mast" in line


async def test_a_second_gateway_on_the_same_store_says_who_holds_it(tmp_path: Path) -> None:
    async with running_box(tmp_path, ports=["/nowhere"]) as box:
        second = _serve(box.config)
        assert second.returncode == 1
        assert str(box.pid) in second.stderr


def test_a_port_in_use_is_said_with_its_setting(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        config.write_text(
            f'[http]\nport = {number}\n[store]\nurl = "sqlite:///{tmp_path / "gateway.db"}"\n', encoding="utf-8"
        )
        result = _serve(config)
    assert result.returncode == 1
    assert f"http.host 127.0.0.1, http.port {number}: Address already in use" in result.stderr


def test_wrong_settings_end_it_with_every_mistake(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text('[http]\nport = "x"\n[queue]\nlimit = 0\n', encoding="utf-8")
    result = _serve(config)
    assert result.returncode == 1
    assert "http.port" in result.stderr
    assert "queue.limit" in result.stderr


def test_wrong_settings_of_a_dialect_end_it_too(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/gateway.db"\n[api.openvox]\ncolour = 1\n', encoding="utf-8"
    )
    result = _serve(config)
    assert result.returncode == 1
    assert "api.openvox.colour: unknown setting" in result.stderr


def _serve(config: Path) -> CompletedProcess[str]:
    command = [sys.executable, "-c", "import gateway.cli; gateway.cli.main()", "serve", "--config", str(config)]
    return run(command, capture_output=True, timeout=30, check=False, text=True)
