package px0

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// FallbackChat stands in for a chat of px0, and is rendered as px0 renders one.
type FallbackChat struct {
	Messages []FallbackMessage
	// Config is the model and its settings, as a version has them.
	Config map[string]any
}

// FallbackMessage is one message: a role, and one of Content, Template and Parts. Or it is a Placeholder for messages from a variable. A
// message that renders to nothing is left out. Templates may call what other messages of the chat define.
type FallbackMessage struct {
	// Role is "system", "user" or "assistant".
	Role string
	// Content is a text that is used as it is.
	Content string
	// Template is a text in px0's language.
	Template string
	// Parts are texts and media.
	Parts []FallbackPart
	// Placeholder names the variable that holds a list of messages, which are used as they are.
	Placeholder string
	// Required makes it an error if the variable of the placeholder is absent.
	Required bool
}

// FallbackPart is a text by its Template, or a medium by its URL.
type FallbackPart struct {
	Template string
	// URL is a template, too, which gives an https: or a data: URL.
	URL string
	// MediaType is that of the medium, such as "image/png". It may be omitted for a data: URL.
	MediaType string
}

// chatFallback: what is broken is found when it is given, as with a template.
func chatFallback(slug string, chat FallbackChat) (fallback, error) {
	compiled, err := chat.compile("the fallback of " + slug)
	if err != nil {
		return nil, err
	}
	return func(made *call) (rendition, error) {
		rendered, err := compiled.render(made.variables, missingKeyInFallback(made.missingKey), made.hasTranscript)
		if err != nil {
			return rendition{}, fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return rendered, nil
	}, nil
}

func (c FallbackChat) compile(what string) (*program, error) {
	if len(c.Messages) == 0 {
		return nil, usageError("%s has no messages", what)
	}
	made := &program{}
	if c.Config != nil {
		text, err := json.Marshal(c.Config)
		if err != nil {
			return nil, usageError("the configuration of %s cannot be written as JSON: %v", what, err)
		}
		made.config, _ = parseConfig(text)
	}
	var outline []outlineEntry
	var root strings.Builder
	texts := []gotpl.Text{{}}
	for i, message := range c.Messages {
		if err := message.check(fmt.Sprintf("message %d of %s", i, what)); err != nil {
			return nil, err
		}
		entry, units := message.link(fmt.Sprintf("message %d", i))
		outline = append(outline, entry)
		texts = append(texts, units...)
		root.WriteString(entry.transcript())
	}
	made.takeOutline(outline)
	texts[0] = gotpl.Text{Name: "prompt", Source: root.String()}
	compiled, number, err := gotpl.CompileTexts(texts, gotpl.DefaultLimits)
	if err != nil {
		return nil, usageError("%s of %s is not a valid template: %v", texts[number].Name, what, err)
	}
	made.compiled = compiled
	return made, nil
}

// placeholderName: a text in which another name stood could not be read as a part of the program.
var placeholderName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func (m FallbackMessage) check(what string) error {
	kinds := 0
	for _, isGiven := range []bool{m.Content != "", m.Template != "", m.Parts != nil, m.Placeholder != ""} {
		if isGiven {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return usageError("%s needs one of Content, Template, Parts and Placeholder", what)
	case m.Placeholder != "" && m.Role != "":
		return usageError("%s is a placeholder, which has no role", what)
	case m.Placeholder != "" && !placeholderName.MatchString(m.Placeholder):
		return usageError("the placeholder of %s must be a name of letters, digits and underscores", what)
	case m.Placeholder == "" && m.Role != "system" && m.Role != "user" && m.Role != "assistant":
		return usageError("the role of %s must be system, user or assistant", what)
	case m.Parts != nil && m.Role == "system":
		return usageError("%s: a system message has no parts", what)
	case m.Parts != nil && len(m.Parts) == 0:
		return usageError("%s has no parts", what)
	}
	for _, part := range m.Parts {
		if (part.Template == "") == (part.URL == "") || (part.URL == "" && part.MediaType != "") {
			return usageError("a part of %s needs either a Template, or a URL with or without a MediaType", what)
		}
	}
	return nil
}

// link gives the entry of the outline, and the texts that it names.
func (m FallbackMessage) link(name string) (outlineEntry, []gotpl.Text) {
	switch {
	case m.Placeholder != "":
		return outlineEntry{Placeholder: &m.Placeholder, Required: m.Required}, nil
	case m.Parts == nil:
		source := m.Template
		if m.Content != "" {
			source = strings.ReplaceAll(m.Content, "{{", `{{"{{"}}`)
		}
		return outlineEntry{Role: m.Role, Unit: &name}, []gotpl.Text{{Name: name, Source: source}}
	}
	entry := outlineEntry{Role: m.Role}
	var texts []gotpl.Text
	for i, part := range m.Parts {
		unit := fmt.Sprintf("%s.%d", name, i)
		if part.URL != "" {
			entry.Parts = append(entry.Parts, outlinePart{Media: &unit, MediaType: part.MediaType})
		} else {
			entry.Parts = append(entry.Parts, outlinePart{Unit: &unit})
		}
		texts = append(texts, gotpl.Text{Name: unit, Source: part.Template + part.URL})
	}
	return entry, texts
}

// transcript is the entry's part of the template that gives the transcript, as px0 links it.
func (e outlineEntry) transcript() string {
	call := func(unit *string) string { return `{{template "` + *unit + `" .}}` }
	if e.Placeholder != nil {
		return `{{range index . "` + *e.Placeholder + "\"}}{{with index . \"role\"}}{{.}}{{end}}:\n{{with index . \"content\"}}{{.}}{{end}}\n\n{{end}}"
	}
	if e.Unit != nil {
		return e.Role + ":\n" + call(e.Unit) + "\n\n"
	}
	lines := make([]string, len(e.Parts))
	for i, part := range e.Parts {
		if lines[i] = "[media]"; part.Unit != nil {
			lines[i] = call(part.Unit)
		}
	}
	return e.Role + ":\n" + strings.Join(lines, "\n") + "\n\n"
}
