package px0

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// linked is what px0 has linked a version into, as it was served.
type linked struct {
	template string
	// The JSON of what else a program holds; nil when that is nothing, as for a px0 that has no programs.
	rest json.RawMessage
	// The prompt's policy for contracts; empty where it is off.
	contract string
	// The prompt's id; empty where px0 has not said it.
	id string
}

// newLinked takes the template of a version, and the JSON of its program if there is one, whose template counts.
func newLinked(template string, whole json.RawMessage) *linked {
	members := answers.Members(whole)
	text, hasText := answers.Read[string](members, "template")
	if !hasText {
		return &linked{template: template}
	}
	delete(members, "template")
	made := &linked{template: text}
	if len(members) > 0 {
		made.rest, _ = json.Marshal(members)
	}
	return made
}

// takeSchema adds what the variables must be, if px0 has said it.
func (l *linked) takeSchema(schema json.RawMessage) {
	if answers.Members(schema) == nil {
		return
	}
	members := answers.Members(l.rest)
	if members == nil {
		members = map[string]json.RawMessage{}
	}
	members["schema"] = schema
	l.rest, _ = json.Marshal(members)
}

// whole is the program again; nil when the template is all of it.
func (l linked) whole() json.RawMessage {
	members := answers.Members(l.rest)
	if members == nil {
		return nil
	}
	members["template"], _ = json.Marshal(l.template)
	whole, _ := json.Marshal(members)
	return whole
}

// rendition is what a program gives, or px0 itself.
type rendition struct {
	text string
	// nil for a text.
	messages []map[string]any
	config   map[string]any
}

func (r rendition) result(made *call) Result {
	return Result{Text: r.text, Messages: r.messages, Config: r.config, Slug: made.wanted.slug}
}

// program is what px0 makes of a version, to be run here: a text, or the messages of a chat.
type program struct {
	compiled *gotpl.Template
	// nil for a text.
	outline []outlineEntry
	// The units that the messages need, in the order of the outline.
	units []string
	// nil without a configuration.
	config map[string]any
	// Of a version that is kept; that of a delivered one stands beside it.
	schema schemaJudge
}

func (p *program) judge() *schemaJudge { return &p.schema }

// outlineEntry is a message, or a placeholder for those of a variable. Only what belongs to its form is set.
type outlineEntry struct {
	Role string `json:"role"`
	// The unit of a message that is one text.
	Unit        *string       `json:"unit"`
	Parts       []outlinePart `json:"parts"`
	Placeholder *string       `json:"placeholder"`
	Required    bool          `json:"required"`
}

// outlinePart is a text or a medium, by its unit or by that of its URL.
type outlinePart struct {
	Unit      *string `json:"unit"`
	Media     *string `json:"media"`
	MediaType string  `json:"media_type"`
}

// chatVariablesError says why a chat cannot be made of its variables. Its text is px0's.
type chatVariablesError string

func (e chatVariablesError) Error() string { return string(e) }

// compile gives nil for what this version of the SDK cannot run.
func (l linked) compile() *program { return compileMembers(l.template, answers.Members(l.rest)) }

func compileMembers(template string, members map[string]json.RawMessage) *program {
	made := &program{schema: schemaJudge{schema: members["schema"]}}
	if text, has := members["outline"]; has && string(text) != "null" {
		outline, isOutline := answers.Read[[]outlineEntry](members, "outline")
		if !isOutline || !made.takeOutline(outline) {
			return nil
		}
	}
	if text, has := members["config"]; has && string(text) != "null" {
		config, _ := answers.Read[string](members, "config")
		if made.config, _ = parseConfig([]byte(config)); made.config == nil {
			return nil
		}
	}
	stretches, areStretches := readStretches(members["sources"])
	compiled, err := gotpl.CompileProgram(template, stretches, gotpl.DefaultLimits)
	if !areStretches || err != nil {
		return nil
	}
	made.compiled = compiled
	return made
}

// takeOutline gives false for entries of a form that this version of the SDK does not know.
func (p *program) takeOutline(outline []outlineEntry) bool {
	p.outline = outline
	for _, entry := range outline {
		switch {
		case entry.Placeholder != nil:
		case entry.Role == "":
			return false
		case entry.Unit != nil:
			p.units = append(p.units, *entry.Unit)
		case entry.Parts == nil:
			return false
		}
		for _, part := range entry.Parts {
			switch {
			case part.Unit != nil:
				p.units = append(p.units, *part.Unit)
			case part.Media != nil:
				p.units = append(p.units, *part.Media)
			default:
				return false
			}
		}
	}
	return true
}

// No text of an author is longer.
const mostStretched = 1 << 20

// readStretches reads lists of a name and three numbers.
func readStretches(text json.RawMessage) ([]gotpl.Stretch, bool) {
	if len(text) == 0 {
		return nil, true
	}
	var lists [][]json.RawMessage
	if json.Unmarshal(text, &lists) != nil {
		return nil, false
	}
	var stretches []gotpl.Stretch
	for _, list := range lists {
		var made gotpl.Stretch
		into := []any{&made.Source, &made.At, &made.Length, &made.From}
		if len(list) != len(into) {
			return nil, false
		}
		for i := range list {
			if json.Unmarshal(list[i], into[i]) != nil {
				return nil, false
			}
		}
		if min(made.At, made.Length, made.From) < 0 || max(made.At, made.Length, made.From) > mostStretched {
			return nil, false
		}
		stretches = append(stretches, made)
	}
	return stretches, true
}

// render takes variables as encoding/json decodes them. The text of a chat is px0's transcript or, without it, made of the messages.
func (p *program) render(variables map[string]any, missingKey gotpl.MissingKey, hasTranscript bool) (rendition, error) {
	made := rendition{config: cloneObject(p.config)}
	var err error
	if p.outline != nil {
		if made.messages, err = p.messages(variables, missingKey); err != nil {
			return rendition{}, err
		}
		if !hasTranscript {
			made.text = transcriptOf(made.messages)
			return made, nil
		}
	}
	made.text, err = p.compiled.Render(variables, missingKey)
	return made, err
}

// messages makes the messages of a chat. The placeholders are judged before anything runs.
func (p *program) messages(variables map[string]any, missingKey gotpl.MissingKey) ([]map[string]any, error) {
	history, err := p.placeholders(variables)
	if err != nil {
		return nil, err
	}
	texts, err := p.compiled.RenderUnits(p.units, variables, missingKey)
	if err != nil {
		return nil, err
	}
	messages := []map[string]any{}
	for _, entry := range p.outline {
		switch {
		case entry.Placeholder != nil:
			messages = append(messages, history[*entry.Placeholder]...)
		case entry.Unit != nil:
			messages = appendMessage(messages, entry.Role, texts[0])
			texts = texts[1:]
		default:
			messages = appendParts(messages, entry, texts)
			texts = texts[len(entry.Parts):]
		}
	}
	return messages, nil
}

// placeholders gives what they stand for, by their names. Nothing runs.
func (p *program) placeholders(variables map[string]any) (map[string][]map[string]any, error) {
	history := map[string][]map[string]any{}
	for _, entry := range p.outline {
		if entry.Placeholder == nil {
			continue
		}
		given, err := messagesOf(variables, *entry.Placeholder, entry.Required)
		if err != nil {
			return nil, err
		}
		history[*entry.Placeholder] = given
	}
	return history, nil
}

// messagesOf gives the messages that a variable holds, as they are.
func messagesOf(variables map[string]any, name string, isRequired bool) ([]map[string]any, error) {
	value, isGiven := variables[name]
	if !isGiven && isRequired {
		return nil, chatVariablesError("missing " + name)
	}
	if value == nil {
		return nil, nil
	}
	list, isList := value.([]any)
	made := make([]map[string]any, 0, len(list))
	for _, each := range list {
		message, _ := each.(map[string]any)
		if _, hasRole := message["role"].(string); !hasRole {
			isList = false
			break
		}
		// What a caller does with its result is not done to its variables.
		made = append(made, cloneObject(message))
	}
	if !isList {
		return nil, chatVariablesError(name + " must be a list of messages")
	}
	return made, nil
}

// appendMessage leaves out a message that is empty or only white space.
func appendMessage(messages []map[string]any, role, text string) []map[string]any {
	if isBlank(text) {
		return messages
	}
	return append(messages, map[string]any{"role": role, "content": text})
}

func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// appendParts leaves out what is empty: texts, media, and a message without parts.
func appendParts(messages []map[string]any, entry outlineEntry, texts []string) []map[string]any {
	parts := []any{}
	for i, part := range entry.Parts {
		text := texts[i]
		switch {
		case text == "":
		case part.Unit != nil:
			parts = append(parts, map[string]any{"type": "text", "text": text})
		default:
			made := map[string]any{"type": "media", "url": text}
			if mediaType := part.mediaTypeOf(text); mediaType != "" {
				made["media_type"] = mediaType
			}
			parts = append(parts, made)
		}
	}
	if len(parts) == 0 {
		return messages
	}
	return append(messages, map[string]any{"role": entry.Role, "content": parts})
}

// mediaTypeOf is the type that the author has given, or else that of a data: URL.
func (p outlinePart) mediaTypeOf(url string) string {
	if p.MediaType != "" {
		return p.MediaType
	}
	found := dataURLType.FindStringSubmatch(url)
	if found == nil {
		return ""
	}
	return strings.ToLower(found[1])
}

// dataURLType spells out the letters of both cases: folding would take others, too.
var dataURLType = regexp.MustCompile(`^[dD][aA][tT][aA]:([A-Za-z]+/[A-Za-z0-9.+-]{1,80})[;,]`)

// transcriptOf is a description of messages for logs: each as its role and its content.
func transcriptOf(messages []map[string]any) string {
	var made strings.Builder
	for _, message := range messages {
		role, _ := message["role"].(string)
		made.WriteString(role)
		made.WriteString(":\n")
		made.WriteString(contentText(message["content"]))
		made.WriteString("\n\n")
	}
	return made.String()
}

func contentText(content any) string {
	switch content := content.(type) {
	case nil:
		return ""
	case string:
		return content
	case []any:
		if parts, areOwn := ownParts(content); areOwn {
			lines := make([]string, len(parts))
			for i, part := range parts {
				if lines[i] = part.text; part.isMedia {
					lines[i] = "[media]"
				}
			}
			return strings.Join(lines, "\n")
		}
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(content) != nil {
		return ""
	}
	return separatorEscapes.ReplaceAllStringFunc(strings.TrimSuffix(text.String(), "\n"), func(escape string) string {
		switch escape {
		case `\u2028`:
			return "\u2028"
		case `\u2029`:
			return "\u2029"
		}
		return escape
	})
}

// separatorEscapes finds the two escapes that encoding/json writes and the SDKs of other languages do not. An escaped backslash before one
// makes it plain text.
var separatorEscapes = regexp.MustCompile(`\\(?:\\|u2028|u2029)`)

// cloneJSON copies what encoding/json has decoded, so that one caller's change is not another's.
func cloneJSON(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return cloneObject(value)
	case []any:
		made := slices.Clone(value)
		for i := range made {
			made[i] = cloneJSON(made[i])
		}
		return made
	}
	return value
}

func cloneObject(object map[string]any) map[string]any {
	if object == nil {
		return nil
	}
	made := make(map[string]any, len(object))
	for key, value := range object {
		made[key] = cloneJSON(value)
	}
	return made
}
