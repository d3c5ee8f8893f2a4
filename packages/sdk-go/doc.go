// Package px0 renders prompts that live in px0, also while px0 is away.
//
//	client, err := px0.New()
//	...
//	result, err := client.Render(ctx, "greeting", px0.Vars{"name": "Ada"})
//
// Package api beside it is a complete client of px0's API, generated from its description.
package px0
