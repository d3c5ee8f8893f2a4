package px0

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// ProviderRequest is a render in the form that a model provider's API takes.
type ProviderRequest struct {
	// Request is for encoding/json. A setting that the prompt does not have is absent. Numbers of the configuration keep the digits with which
	// they were written, as json.RawMessage: packages of providers would send a json.Number as a text. Messages are those of the Result, so
	// change copies only.
	Request map[string]any
	// Dropped names the settings of the prompt that the provider does not have. It is not nil.
	Dropped []string
}

// requestMaker makes the request of one provider.
type requestMaker struct {
	// As in errors and in the configuration.
	provider string
	// The known settings of the configuration that are set.
	settings map[string]any
	// What the configuration holds for this provider alone.
	own      map[string]any
	messages []map[string]any
}

// knownSettings says how each is known to be of the form that px0 keeps. The first that is not is told.
var knownSettings = []struct {
	name     string
	isOfForm func(any) bool
}{
	{"model", isText},
	{"max_tokens", isNumber},
	{"temperature", isNumber},
	{"top_p", isNumber},
	{"stop", func(value any) bool { return isListOf(value, isText) }},
	{"seed", isNumber},
	{"response_schema", func(value any) bool {
		schema, _ := value.(map[string]any)
		_, isObject := schema["schema"].(map[string]any)
		return isObject
	}},
	{"tools", func(value any) bool { return isListOf(value, isNamed) }},
	{"tool_choice", func(value any) bool {
		return isNamed(value) || isText(value) && slices.Contains([]any{"auto", "none", "required"}, value)
	}},
}

func newRequestMaker(provider string, result Result) (*requestMaker, error) {
	m := &requestMaker{provider: provider, settings: map[string]any{}, messages: result.Messages}
	for _, known := range knownSettings {
		name := known.name
		value := result.Config[name]
		if list, isList := value.([]any); value == nil || isList && len(list) == 0 {
			continue
		}
		if !known.isOfForm(value) {
			return nil, notOfForm(name)
		}
		m.settings[name] = withRawNumbers(value)
	}
	own, isObject := result.Config[provider].(map[string]any)
	if !isObject && result.Config[provider] != nil {
		return nil, notOfForm(provider)
	}
	m.own, _ = withRawNumbers(own).(map[string]any)
	if m.messages == nil && !isBlank(result.Text) {
		m.messages = []map[string]any{{"role": "user", "content": result.Text}}
	}
	return m, nil
}

// withRawNumbers copies a value of the configuration.
func withRawNumbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		return json.RawMessage(value)
	case map[string]any:
		made := make(map[string]any, len(value))
		for key := range value {
			made[key] = withRawNumbers(value[key])
		}
		return made
	case []any:
		made := make([]any, len(value))
		for i := range value {
			made[i] = withRawNumbers(value[i])
		}
		return made
	}
	return value
}

func notOfForm(name string) error {
	return usageError("config.%s is not of the form that px0 keeps", name)
}

func isText(value any) bool {
	_, isText := value.(string)
	return isText
}

func isNumber(value any) bool {
	switch value.(type) {
	case json.Number, float64, int:
		return true
	}
	return false
}

func isNamed(value any) bool {
	object, _ := value.(map[string]any)
	return isText(object["name"])
}

func isListOf(value any, isOne func(any) bool) bool {
	list, isList := value.([]any)
	return isList && !slices.ContainsFunc(list, func(each any) bool { return !isOne(each) })
}

// copySettings puts settings that are set into a part of the request, each under the provider's name for it.
func (m *requestMaker) copySettings(into map[string]any, names map[string]string) {
	for name, as := range names {
		if value, isSet := m.settings[name]; isSet {
			into[as] = value
		}
	}
}

// dropped names those of the settings that the provider does not have.
func (m *requestMaker) dropped(lacking ...string) []string {
	isSet := func(name string) bool { return m.settings[name] != nil }
	dropped := []string{}
	for _, name := range lacking {
		if isSet(name) {
			dropped = append(dropped, name)
		}
	}
	return dropped
}

// responseSchema is nil when none is set.
func (m *requestMaker) responseSchema() map[string]any {
	schema, _ := m.settings["response_schema"].(map[string]any)
	return schema
}

// tools gives each tool with its parameters under the provider's name for them; nil when none are set.
func (m *requestMaker) tools(parameters string) []map[string]any {
	list, _ := m.settings["tools"].([]any)
	var tools []map[string]any
	for _, each := range list {
		tool, _ := each.(map[string]any)
		made := map[string]any{"name": tool["name"]}
		if isText(tool["description"]) {
			made["description"] = tool["description"]
		}
		if schema, isObject := tool["parameters"].(map[string]any); isObject {
			made[parameters] = schema
		}
		tools = append(tools, made)
	}
	return tools
}

// toolChoice gives a mode, or the name of the tool that the model has to call, which may be empty. The mode is empty when nothing is set.
func (m *requestMaker) toolChoice() (mode, name string, isNamed bool) {
	choice, _ := m.settings["tool_choice"].(map[string]any)
	mode, _ = m.settings["tool_choice"].(string)
	name, isNamed = choice["name"].(string)
	return mode, name, isNamed
}

// laidOver gives the request with keys laid over it; a null takes a key away, for null is never written.
func laidOver(request, own map[string]any) map[string]any {
	made := maps.Clone(request)
	maps.Copy(made, own)
	return withoutNulls(made)
}

func withoutNulls(object map[string]any) map[string]any {
	made := maps.Clone(object)
	maps.DeleteFunc(made, func(_ string, value any) bool { return value == nil })
	return made
}

// isOwn tells whether a whole message is of px0's form, so that nothing is lost when it is put into another one.
func isOwn(message map[string]any) bool {
	_, hasRole := message["role"]
	_, isOfParts := ownParts(message["content"])
	return hasRole && len(message) == 2 && (isText(message["content"]) || isOfParts)
}

func isOwnSystem(message map[string]any) bool { return message["role"] == "system" && isOwn(message) }

// messagePart is a text, or a medium.
type messagePart struct {
	isMedia   bool
	text, url string
	// nil when nobody says it.
	mediaType *string
}

// ownParts gives false for a content that is not a list of px0's parts.
func ownParts(content any) ([]messagePart, bool) {
	list, isList := content.([]any)
	parts := make([]messagePart, len(list))
	for i, each := range list {
		part, isOwn := ownPart(each)
		if !isOwn {
			return nil, false
		}
		parts[i] = part
	}
	return parts, isList
}

func ownPart(value any) (messagePart, bool) {
	if made, isMedia := mediaPart(value); isMedia {
		return made, true
	}
	part, _ := value.(map[string]any)
	text, isText := part["text"].(string)
	return messagePart{text: text}, part["type"] == "text" && isText && len(part) == 2
}

func mediaPart(value any) (messagePart, bool) {
	part, _ := value.(map[string]any)
	url, hasURL := part["url"].(string)
	if part["type"] != "media" || !hasURL {
		return messagePart{}, false
	}
	made := messagePart{isMedia: true, url: url}
	given, has := part["media_type"]
	if !has {
		return made, len(part) == 2
	}
	mediaType, isText := given.(string)
	made.mediaType = &mediaType
	return made, isText && len(part) == 3
}

// withoutFirstSystem gives the texts of the system messages at the beginning, joined with an empty line, and the messages behind them.
func (m *requestMaker) withoutFirstSystem() (system string, others []map[string]any, err error) {
	var texts []string
	others = m.messages
	for len(others) > 0 && isOwnSystem(others[0]) {
		parts, isOfParts := ownParts(others[0]["content"])
		if text, isText := others[0]["content"].(string); !isOfParts && isText {
			parts = []messagePart{{text: text}}
		}
		for _, part := range parts {
			if part.isMedia {
				return "", nil, m.noMediaIn("system")
			}
			if !isBlank(part.text) {
				texts = append(texts, part.text)
			}
		}
		others = others[1:]
	}
	return strings.Join(texts, "\n\n"), others, nil
}

// noMediaIn is the error for a message whose role the provider takes only texts of.
func (m *requestMaker) noMediaIn(role any) error {
	return usageError("%s does not take media in %v messages", m.provider, role)
}

// convertMessages gives what the provider makes of each message.
func convertMessages(messages []map[string]any, convert func(map[string]any) (map[string]any, error)) ([]any, error) {
	converted := make([]any, len(messages))
	for i, message := range messages {
		made, err := convert(message)
		if err != nil {
			return nil, err
		}
		converted[i] = made
	}
	return converted, nil
}

// withEach gives an object with each element of one of its lists exchanged; the object itself when it has no such list.
func withEach(object map[string]any, key string, exchange func(any) (any, error)) (map[string]any, error) {
	list, isList := object[key].([]any)
	if !isList {
		return object, nil
	}
	exchanged := make([]any, len(list))
	for i := range list {
		made, err := exchange(list[i])
		if err != nil {
			return nil, err
		}
		exchanged[i] = made
	}
	return with(object, key, exchanged), nil
}

func with(object map[string]any, key string, value any) map[string]any {
	made := maps.Clone(object)
	made[key] = value
	return made
}
