from px0 import Px0, to_openai

history = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello! What are you learning?"},
]
with Px0() as px0:
    result = px0.render("lesson", {"question": "Why is the sky blue?", "history": history})
request, dropped = to_openai(result)
for message in request["messages"]:
    print(f"{message['role']}: {message['content']}")
print(request["model"], request["max_completion_tokens"])
