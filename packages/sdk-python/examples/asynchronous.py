import asyncio
from px0 import AsyncPx0

async def main():
    async with AsyncPx0() as px0:
        result = await px0.render("greeting", {"name": "Ada"})
        print(result.text)

asyncio.run(main())
