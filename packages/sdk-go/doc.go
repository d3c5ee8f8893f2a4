// Package px0 renders prompts that live in px0, and keeps working while px0 is unreachable.
//
//	client, err := px0.New()
//	...
//	result, err := client.Render(ctx, "greeting", px0.Vars{"name": "Ada"})
//
// A prompt is a text or a chat. Of a chat the result has messages, and ToOpenAI, ToAnthropic and ToGemini make the request of a provider of
// them.
//
// CompileTemplate runs a template of px0's language without px0.
//
// The package api below it is a complete client of the px0 API, generated from the API description.
package px0
