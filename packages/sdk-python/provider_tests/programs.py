"""How an application hands a rendered prompt over. mypy checks it against the providers' own types, and the tests run it."""

from __future__ import annotations

from anthropic import Anthropic, AsyncAnthropic
from anthropic.types import Message
from google import genai
from google.genai.types import GenerateContentResponse
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion

from px0 import RenderResult, to_anthropic, to_gemini, to_openai


def ask_openai(client: OpenAI, result: RenderResult) -> ChatCompletion:
    answer: ChatCompletion = client.chat.completions.create(**to_openai(result).request)
    return answer


async def ask_openai_async(client: AsyncOpenAI, result: RenderResult) -> ChatCompletion:
    answer: ChatCompletion = await client.chat.completions.create(**to_openai(result).request)
    return answer


def ask_anthropic(client: Anthropic, result: RenderResult) -> Message:
    answer: Message = client.messages.create(**to_anthropic(result).request)
    return answer


async def ask_anthropic_async(client: AsyncAnthropic, result: RenderResult) -> Message:
    answer: Message = await client.messages.create(**to_anthropic(result).request)
    return answer


def ask_gemini(client: genai.Client, result: RenderResult) -> GenerateContentResponse:
    return client.models.generate_content(**to_gemini(result).request)


async def ask_gemini_async(client: genai.Client, result: RenderResult) -> GenerateContentResponse:
    return await client.aio.models.generate_content(**to_gemini(result).request)
