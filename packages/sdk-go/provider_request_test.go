package px0

import (
	"encoding/json"
	"strings"
	"testing"
)

// What each provider gets of what is tested with the vectors of all SDKs; here is what Go alone decides.

func configOf(t *testing.T, text string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var config map[string]any
	if err := decoder.Decode(&config); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestNumbersOfTheConfigurationKeepTheirDigits(t *testing.T) {
	config := `{"model":"m","max_tokens":100,"temperature":0.10,"seed":12345678901234567890,"openai":{"user_score":1.0e2,"model":null}}`
	result := Result{Slug: "greeting", Text: "Hi", Config: configOf(t, config)}
	made, err := ToOpenAI(result)
	expect(t, err, nil)
	text, err := json.Marshal(made.Request)
	expect(t, err, nil)
	expect(t, string(text), `{"max_completion_tokens":100,"messages":[{"content":"Hi","role":"user"}],`+
		`"seed":12345678901234567890,"temperature":0.10,"user_score":1.0e2}`)
	expect(t, made.Dropped, []string{})
}

func TestAProvidersRequestLeavesTheResultAsItWas(t *testing.T) {
	config := `{"max_tokens":9,"tools":[{"name":"look"}],"openai":{"model":"o"},"anthropic":{"model":"a"},"gemini":{"model":"g"}}`
	messages := `{"messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"T"}]}]}`
	result := Result{Slug: "greeting", Config: configOf(t, config)}
	for _, message := range configOf(t, messages)["messages"].([]any) {
		result.Messages = append(result.Messages, message.(map[string]any))
	}
	before := asText(result)
	for model, convert := range map[string]func(Result) (ProviderRequest, error){"o": ToOpenAI, "a": ToAnthropic, "g": ToGemini} {
		made, err := convert(result)
		expect(t, err, nil)
		expect(t, made.Request["model"], any(model))
	}
	expect(t, asText(result), before)
}

func TestAConfigurationOfAnotherFormIsAUsageError(t *testing.T) {
	for _, config := range []string{
		`{"tools":{}}`, `{"tools":[1]}`, `{"tool_choice":1}`, `{"tool_choice":{}}`, `{"response_schema":[1]}`, `{"response_schema":{}}`,
		`{"openai":1,"anthropic":1,"gemini":1}`,
	} {
		result := Result{Slug: "greeting", Text: "Hi", Config: configOf(t, config)}
		result.Config["max_tokens"] = json.Number("1")
		for _, convert := range []func(Result) (ProviderRequest, error){ToOpenAI, ToAnthropic, ToGemini} {
			_, err := convert(result)
			expectUsage(t, err, "is not of the form that px0 keeps")
		}
	}
}
