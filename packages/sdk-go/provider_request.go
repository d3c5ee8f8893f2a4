package px0

import (
	"encoding/base64"
	"maps"
	"net/url"
	"strings"
)

// ProviderRequest is a render in the form that a model provider's API takes.
type ProviderRequest struct {
	// Request is the body of the provider's request, for encoding/json. A setting that the prompt does not have is absent, and numbers keep
	// the digits with which they were written. It shares values with the Result, so change copies only.
	Request map[string]any
	// Dropped names the settings of the prompt that the provider does not have. It is not nil.
	Dropped []string
}

// requestMaker makes the request of one provider.
type requestMaker struct {
	// As in errors and in the configuration.
	provider string
	result   Result
	messages []map[string]any
	request  map[string]any
	dropped  []string
}

func newRequestMaker(provider string, result Result) *requestMaker {
	made := &requestMaker{provider: provider, result: result, messages: result.Messages, request: map[string]any{}, dropped: []string{}}
	if made.messages == nil {
		made.messages = []map[string]any{{"role": "user", "content": result.Text}}
	}
	return made
}

// setting gives a value of the configuration; a null counts as one that is not set.
func (m *requestMaker) setting(key string) (any, bool) {
	value := m.result.Config[key]
	return value, value != nil
}

// copySetting puts a setting into the request, or a part of it, under the provider's name.
func (m *requestMaker) copySetting(to map[string]any, key, as string) {
	if value, isSet := m.setting(key); isSet {
		to[as] = value
	}
}

// drop is for what the provider does not have.
func (m *requestMaker) drop(keys ...string) {
	for _, key := range keys {
		if _, isSet := m.setting(key); isSet {
			m.dropped = append(m.dropped, key)
		}
	}
}

// object gives a setting that is an object; nil when it is not set.
func (m *requestMaker) object(key string) (map[string]any, error) {
	value, isSet := m.setting(key)
	if !isSet {
		return nil, nil
	}
	object, isObject := value.(map[string]any)
	if !isObject {
		return nil, usageError("%s of the configuration is not an object", key)
	}
	return object, nil
}

// responseSchema gives the schema, and the object that holds it; nil when there is none.
func (m *requestMaker) responseSchema() (schema any, holder map[string]any, err error) {
	holder, err = m.object("response_schema")
	if err != nil || holder == nil {
		return nil, nil, err
	}
	if schema = holder["schema"]; schema == nil {
		return nil, nil, usageError("response_schema of the configuration has no schema")
	}
	return schema, holder, nil
}

// tools gives each tool, with its name, its description and its parameters under the provider's name for them; nil when there are none.
func (m *requestMaker) tools(parameters string) ([]map[string]any, error) {
	value, isSet := m.setting("tools")
	if !isSet {
		return nil, nil
	}
	list, isList := value.([]any)
	if !isList {
		return nil, usageError("tools of the configuration is not a list")
	}
	made := []map[string]any{}
	for _, each := range list {
		tool, isObject := each.(map[string]any)
		if !isObject {
			return nil, usageError("a tool of the configuration is not an object")
		}
		of := map[string]any{}
		for key, as := range map[string]string{"name": "name", "description": "description", "parameters": parameters} {
			if tool[key] != nil {
				of[as] = tool[key]
			}
		}
		made = append(made, of)
	}
	return made, nil
}

// toolChoice gives a mode, or the name of the tool that the model has to call; both are empty when nothing is set.
func (m *requestMaker) toolChoice() (mode, name string, err error) {
	value, isSet := m.setting("tool_choice")
	switch choice := value.(type) {
	case string:
		mode = choice
	case map[string]any:
		name, _ = choice["name"].(string)
	}
	if isSet && mode == "" && name == "" {
		err = usageError("tool_choice of the configuration is neither a mode nor a tool's name")
	}
	return mode, name, err
}

// finish lays the provider's own settings over the request.
func (m *requestMaker) finish() (ProviderRequest, error) {
	own, err := m.object(m.provider)
	if err != nil {
		return ProviderRequest{}, err
	}
	maps.Copy(m.request, own)
	return ProviderRequest{m.request, m.dropped}, nil
}

// plainMessage is a message of the form in which px0 makes them. What comes from a placeholder may have any other.
type plainMessage struct {
	role string
	// Of a message with parts it is empty.
	text string
	// nil for a message that is one text.
	parts []messagePart
}

// messagePart is a text, or a medium when its url is not empty.
type messagePart struct{ text, url, mediaType string }

// plain gives false for a message of another form.
func plain(message map[string]any) (plainMessage, bool) {
	role, _ := message["role"].(string)
	if len(message) != 2 || (role != "system" && role != "user" && role != "assistant") {
		return plainMessage{}, false
	}
	switch content := message["content"].(type) {
	case string:
		return plainMessage{role: role, text: content}, true
	case []any:
		made := plainMessage{role: role}
		for _, each := range content {
			part, isPlain := plainPart(each)
			if !isPlain {
				return plainMessage{}, false
			}
			made.parts = append(made.parts, part)
		}
		return made, len(made.parts) > 0
	}
	return plainMessage{}, false
}

func plainPart(value any) (messagePart, bool) {
	part, _ := value.(map[string]any)
	text, isText := part["text"].(string)
	address, isMedia := part["url"].(string)
	mediaType, hasType := part["media_type"].(string)
	switch {
	case part["type"] == "text" && isText && len(part) == 2:
		return messagePart{text: text}, true
	case part["type"] == "media" && isMedia && address != "" && (len(part) == 2 || hasType && len(part) == 3):
		return messagePart{url: address, mediaType: mediaType}, true
	}
	return messagePart{}, false
}

// medium is a media part as providers want to know it.
type medium struct {
	url string
	// In lower case, without parameters; empty when nobody says it.
	mediaType string
	isData    bool
	// Of a data: URL, in base64.
	data string
}

func (p messagePart) medium() medium {
	made := medium{url: p.url, mediaType: essence(p.mediaType)}
	scheme, rest, _ := strings.Cut(p.url, ":")
	if !strings.EqualFold(scheme, "data") {
		return made
	}
	made.isData = true
	head, data, _ := strings.Cut(rest, ",")
	if made.mediaType == "" {
		made.mediaType = essence(head)
	}
	made.data = data
	if parameters := strings.Split(head, ";"); !strings.EqualFold(strings.TrimSpace(parameters[len(parameters)-1]), "base64") {
		text, err := url.PathUnescape(data)
		if err != nil {
			text = data
		}
		made.data = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return made
}

// essence is a media type without its parameters.
func essence(mediaType string) string {
	bare, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(bare))
}

func (m medium) isImage() bool { return strings.HasPrefix(m.mediaType, "image/") }

func (m *requestMaker) doesNotTake(given medium) error {
	by := "url"
	if given.isData {
		by = "data"
	}
	return usageError("%s does not take %s by %s", m.provider, given.mediaType, by)
}

// convertParts gives what the provider makes of each part.
func convertParts(parts []messagePart, text func(string) map[string]any, other func(medium) (map[string]any, error)) ([]any, error) {
	made := []any{}
	for _, part := range parts {
		if part.url == "" {
			made = append(made, text(part.text))
			continue
		}
		converted, err := other(part.medium())
		if err != nil {
			return nil, err
		}
		made = append(made, converted)
	}
	return made, nil
}

func textPart(text string) map[string]any { return map[string]any{"type": "text", "text": text} }

// withoutFirstSystem gives the texts of the system messages at the beginning, and the messages behind them.
func (m *requestMaker) withoutFirstSystem() (system []string, others []map[string]any) {
	for i, message := range m.messages {
		first, isPlain := plain(message)
		if !isPlain || first.role != "system" || first.parts != nil {
			return system, m.messages[i:]
		}
		system = append(system, first.text)
	}
	return system, nil
}
