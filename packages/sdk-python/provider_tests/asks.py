"""An application that asks the providers: renders what it is asked for, hands it over and gives the answer, line by line, JSON in and JSON out.

`python asks.py packages|http SNAPSHOT`: by the providers' packages, or by plain HTTP, as an application does that has none of them.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Dict

import httpx

import px0

HAND_OVERS = {"openai": px0.to_openai, "anthropic": px0.to_anthropic, "gemini": px0.to_gemini}
# Gemini takes these beside the messages, and all other settings as its `generationConfig`.
BESIDE_THE_MESSAGES = ("systemInstruction", "tools", "toolConfig")


def ask_by_http(provider: str, url: str, result: px0.RenderResult) -> str:
    request = HAND_OVERS[provider](result).request
    if provider == "openai":
        answer = post(f"{url}/v1/chat/completions", request)
        return str(answer["choices"][0]["message"]["content"])
    if provider == "anthropic":
        return str(post(f"{url}/v1/messages", request)["content"][0]["text"])
    config = dict(request.get("config", {}))
    body = {"contents": request["contents"], **{key: config.pop(key) for key in BESIDE_THE_MESSAGES if key in config}}
    answer = post(f"{url}/v1beta/models/{request['model']}:generateContent", {**body, "generationConfig": config})
    return str(answer["candidates"][0]["content"]["parts"][0]["text"])


def post(url: str, body: Dict[str, Any]) -> Any:
    return httpx.post(url, json=body).raise_for_status().json()


def ask_by_package(provider: str, url: str, result: px0.RenderResult) -> str:
    import programs
    from anthropic import Anthropic
    from google import genai
    from openai import OpenAI

    if provider == "openai":
        openai = OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        return str(programs.ask_openai(openai, result).choices[0].message.content)
    if provider == "anthropic":
        anthropic = Anthropic(base_url=url, api_key="none", max_retries=0)
        [block] = programs.ask_anthropic(anthropic, result).content
        return block.text if block.type == "text" else block.type
    gemini = genai.Client(api_key="none", http_options={"base_url": url})
    return str(programs.ask_gemini(gemini, result).text)


def main() -> None:
    ask = ask_by_package if sys.argv[1] == "packages" else ask_by_http
    with px0.Px0(snapshot_file=sys.argv[2]) as client:
        for line in sys.stdin:
            question = json.loads(line)
            provider = question["provider"]
            answer: Dict[str, Any]
            try:
                result = client.render(question["slug"], question["variables"])
                answer = {"answer": ask(provider, question["url"], result), "dropped": HAND_OVERS[provider](result).dropped}
            except px0.Px0Error as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)


main()
