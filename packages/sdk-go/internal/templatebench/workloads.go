package main

import (
	"fmt"
	"strings"
)

// workload is a template and its data, as packages/template/bench has them.
type workload struct {
	Name     string         `json:"name"`
	Template string         `json:"template"`
	Data     map[string]any `json:"data"`
}

const sentence = "The quick brown fox jumps over the lazy dog while the band plays on. "

func workloads() []workload {
	return []workload{line(), chat(4), chat(100), retrieval(), literal()}
}

func line() workload {
	return workload{
		"two-variable line", "Hello {{.name}}, welcome to {{.place}}!",
		map[string]any{"name": "Ada Lovelace", "place": "the analytical engine"},
	}
}

func chat(count int) workload {
	var messages []any
	for i := range count {
		role := "user"
		if i%2 == 1 {
			role = "assistant"
		}
		messages = append(messages, map[string]any{"role": role, "content": fmt.Sprintf("Message number %d: %s", i, sentence)})
	}
	return workload{
		fmt.Sprintf("chat, %d messages", count),
		"{{.system}}\n{{range .messages}}{{if eq .role \"user\"}}User: {{.content}}{{else}}Assistant: {{.content}}{{end}}\n{{end}}Assistant:",
		map[string]any{"system": "You are a helpful assistant.", "messages": messages},
	}
}

func retrieval() workload {
	var documents []any
	for i := range 20 {
		documents = append(documents, map[string]any{
			"title": fmt.Sprintf("Document %d", i), "source": fmt.Sprintf("https://example.test/docs/%d", i),
			"text": strings.Repeat(sentence, 6),
		})
	}
	return workload{
		"RAG, 20 documents",
		"Answer from the documents only.\n\n{{range $i, $d := .documents}}[{{$i}}] {{$d.title}} ({{$d.source}})\n{{$d.text}}\n\n{{end}}" +
			"Question: {{.question}}\nAnswer:",
		map[string]any{"documents": documents, "question": "What does the fox do?"},
	}
}

func literal() workload {
	return workload{
		"8 KB, mostly literal",
		strings.Repeat(sentence, 60) + "\nName: {{.name}}\n" + strings.Repeat(sentence, 58) + "\nTask: {{.task}}",
		map[string]any{"name": "Ada", "task": "Summarise the text above."},
	}
}
