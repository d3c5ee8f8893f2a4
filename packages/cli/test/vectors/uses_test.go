package prompts

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	px0 "github.com/px0/px0/packages/sdk-go"
)

func renderAll(t *testing.T, client *px0.Client) []string {
	ctx := context.Background()
	var texts []string
	keep := func(result px0.Result, err error) {
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, result.Text)
	}
	tone, backslash, inner, rows := "formal", "\\", "x", [][]any{{"x", "y"}}
	keep(Greeting(ctx, client))
	keep(SupportReply(ctx, client, SupportReplyVariables{Question: "Why?"}))
	keep(SupportReply(ctx, client, SupportReplyVariables{Question: "Why?", Tone: &tone}, px0.WithMissingKey("default"), px0.WithContract("enforce")))
	keep(P2faMail(ctx, client, P2faMailVariables{Code: "1234"}))
	keep(Tutor(ctx, client, TutorVariables{Question: "Why?", History: []any{map[string]any{"role": "assistant"}}}))
	keep(Tutor(ctx, client, TutorVariables{Question: "Why?"}))
	keep(Inferred(ctx, client, InferredVariables{A: "a", B: 1, L: []InferredVariablesLItem{{T: true}}, Rows: &rows}))
	keep(Order(ctx, client, OrderVariables{
		Customer:  OrderVariablesCustomer{Name: "Ada", Address: &OrderVariablesCustomerAddress{Street: "Main"}},
		Items:     []OrderVariablesItemsItem{{Title: "Pen", Price: 1.5}},
		Version:   2,
		NamedOnly: "x",
	}))
	keep(Hostile(ctx, client, HostileVariables{
		Class: "c", AB: "ab", ItS: &backslash, BackTick: &HostileVariablesBackTick{P: 1, InNer: &inner},
	}))
	keep(Anything(ctx, client, px0.Vars{"whatever": 1}))
	return texts
}

// clientOf takes a px0 that has these prompts, if there is one.
func clientOf(t *testing.T, templates map[string]any) *px0.Client {
	if os.Getenv("PX0_HOST") == "" {
		client, err := px0.ForTests(templates)
		if err != nil {
			t.Fatal(err)
		}
		return client.Client
	}
	client, err := px0.New()
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestVariablesArriveByTheirKeys(t *testing.T) {
	text, err := os.ReadFile("renders.json")
	if err != nil {
		t.Fatal(err)
	}
	var renders struct {
		Templates map[string]any
		Texts     []string
	}
	if err := json.Unmarshal(text, &renders); err != nil {
		t.Fatal(err)
	}
	if texts := renderAll(t, clientOf(t, renders.Templates)); !reflect.DeepEqual(texts, renders.Texts) {
		t.Fatalf("%q", texts)
	}
}
