package prompts

import (
	"context"
	"reflect"
	"testing"

	px0 "github.com/px0/px0/packages/sdk-go"
)

func renderAll(client *px0.Client) ([]string, error) {
	tone, inner := "formal", "x"
	history := []any{map[string]any{"role": "assistant", "content": nil}}
	ctx := context.Background()
	var texts []string
	var failure error
	keep := func(result px0.Result, err error) {
		texts = append(texts, result.Text)
		if err != nil {
			failure = err
		}
	}
	keep(Greeting(ctx, client))
	keep(SupportReply(ctx, client, SupportReplyVariables{Question: "Why?"}))
	keep(SupportReply(ctx, client, SupportReplyVariables{Question: "Why?", Tone: &tone}, px0.WithMissingKey("default")))
	keep(P2faMail(ctx, client, P2faMailVariables{Code: "1234"}))
	keep(Tutor(ctx, client, TutorVariables{Question: "Why?", History: history}))
	keep(Inferred(ctx, client, InferredVariables{A: "a", B: 1, L: []InferredVariablesLItem{{T: true}}}))
	keep(Order(ctx, client, OrderVariables{
		Customer: OrderVariablesCustomer{Name: "Ada"},
		Items:    []OrderVariablesItemsItem{{Title: "Pen", Price: 1.5}},
		Version:  2,
	}))
	keep(Hostile(ctx, client, HostileVariables{Class: "c", AB: "ab", BackTick: &HostileVariablesBackTick{P: 1, InNer: &inner}}))
	keep(Anything(ctx, client, px0.Vars{"whatever": 1}))
	return texts, failure
}

func TestVariablesArriveByTheirKeys(t *testing.T) {
	client, err := px0.ForTests(map[string]any{
		"greeting":      "Hello",
		"support_reply": `{{.question}} {{index . "tone"}}`,
		"2fa_mail":      "{{.code}}",
		"tutor":         "{{.question}} {{range .history}}{{.role}}{{end}}",
		"inferred":      "{{.a}} {{.b}} {{range .l}}{{.t}}{{end}}",
		"order":         "{{.customer.name}} {{.customer.age}} {{range .items}}{{.title}} {{.price}}{{end}} {{.version}}",
		"hostile":       "{{.class}} {{index . \"a-b\"}} {{index . \"back`tick\" \"in ner,\"}}",
		"anything":      "{{.whatever}}",
	})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := renderAll(client.Client)
	if err != nil {
		t.Fatal(err)
	}
	expected := []string{
		"Hello", "Why? <no value>", "Why? formal", "1234", "Why? assistant", "a 1 true", "Ada <no value> Pen 1.5 2", "c ab x", "1",
	}
	if !reflect.DeepEqual(texts, expected) {
		t.Fatalf("%q", texts)
	}
}
