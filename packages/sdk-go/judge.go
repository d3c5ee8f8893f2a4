package px0

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
)

// Of what an answer says of itself, in the message of an outage. It may be the page of a proxy.
const longestDetail = 500

const contractHeader = "Px0-Contract"

// live is a render of px0.
type live struct {
	rendition
	version  int
	tags     []string
	revision string
	// Whether px0 says that it may lack the latest changes.
	stale bool
	// What px0 says that the variables violate.
	contract *ContractProblems
}

// needsProgram: a template alone does not give the messages and the configuration.
func (l *live) needsProgram() bool { return l.messages != nil || l.config != nil }

// judgement of an answer to a render; exactly one field is set.
type judgement struct {
	live        *live
	gone        *RefusedError
	refused     *RefusedError
	unreachable *UnreachableError
}

// judgeRender says what an answer means. Only px0 itself can say that a prompt is gone or that a caller is refused, and only
// when it does not also say that it may be behind; whatever else came instead of a text is an outage. A refusal is px0's own when
// it has px0's form and its revision, for a proxy, a firewall or a login page before px0 answers with the same statuses.
func judgeRender(s *settings, a *answer) judgement {
	isStale := a.header.Get("Px0-Stale") == "true"
	if a.isTooLong {
		return judgement{unreachable: noAnswer(s, a, "with more than 64 MiB")}
	}
	if a.status == 200 {
		if made := parseLive(a, isStale); made != nil {
			return judgement{live: made}
		}
		return judgement{unreachable: noAnswer(s, a, "which is not a render by px0")}
	}
	sense, told := answers.Judge(a.status, a.header, a.body)
	switch sense {
	case answers.OfNothing:
		return judgement{unreachable: noAnswer(s, a, told)}
	case answers.OfSomebodyElse:
		return judgement{unreachable: noAnswer(s, a, strings.TrimSpace(told+" (which is not a response from px0)"))}
	case answers.MayBeBehind:
		return judgement{unreachable: noAnswer(s, a, told+", but it may lack the latest changes")}
	}
	refusal := newRefused(a.status, s.withoutSecrets(told), problemsIn(a.header.Get(contractHeader)))
	refusal.Hint = s.withoutSecrets(answers.HintSentence(a.header))
	if a.status == 404 {
		return judgement{gone: refusal}
	}
	return judgement{refused: refusal}
}

func parseLive(a *answer, isStale bool) *live {
	body := answers.Members(a.body)
	text, hasText := answers.Read[string](body, "rendered")
	version, hasVersion := answers.Read[int](body, "version")
	// A null among the tags would become an empty text.
	found, hasTags := answers.Read[[]*string](body, "tags")
	messages, areMessages := parseMessages(body["messages"])
	config, isConfig := parseConfig(body["config"])
	if !hasText || !hasVersion || !hasTags || checkVersion(version) != nil || slices.Contains(found, nil) || !areMessages || !isConfig {
		return nil
	}
	tags := make([]string, len(found))
	for i, tag := range found {
		tags[i] = *tag
	}
	contract := problemsIn(a.header.Get(contractHeader))
	return &live{rendition{text, messages, config}, version, tags, a.header.Get("Px0-Revision"), isStale, contract}
}

// parseMessages gives nil for a text, which has none.
func parseMessages(text json.RawMessage) ([]map[string]any, bool) {
	var messages []map[string]any
	if text == nil {
		return nil, true
	}
	if json.Unmarshal(text, &messages) != nil {
		return nil, false
	}
	isOther := func(message map[string]any) bool { return !isText(message["role"]) }
	return messages, !slices.ContainsFunc(messages, isOther)
}

// parseConfig keeps the digits of numbers. It gives nil for a version without a configuration.
func parseConfig(text json.RawMessage) (config map[string]any, isConfig bool) {
	if text == nil {
		return nil, true
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&config)
	return config, err == nil
}

// parseProgramAnswer gives the program of a version that is no draft; nil for an answer about anything else. An older px0 has only templates.
func parseProgramAnswer(text []byte, slug string, number int, promptID string) *linked {
	body := answers.Members(text)
	prompt, version := answers.Members(body["prompt"]), answers.Members(body["version"])
	gotSlug, _ := answers.Read[string](prompt, "slug")
	gotNumber, _ := answers.Read[int](version, "version")
	status, _ := answers.Read[string](version, "status")
	template, hasTemplate := answers.Read[string](version, "template")
	id, _ := answers.Read[string](prompt, "id")
	if promptID != "" && id != promptID {
		return nil
	}
	if !hasTemplate || gotSlug != slug || gotNumber != number || status == "draft" {
		return nil
	}
	made := newLinked(template, version["program"])
	made.id = id
	made.takeSchema(version["input_schema"])
	if contract, _ := answers.Read[string](prompt, "contract"); contract != "off" {
		made.contract = contract
	}
	return made
}

func noAnswer(s *settings, a *answer, detail string) *UnreachableError {
	message := fmt.Sprintf("%s answered %d", s.host, a.status)
	// Before it is cut: the beginning of a secret would not be found.
	detail = s.withoutSecrets(detail)
	if len(detail) > longestDetail {
		detail = strings.ToValidUTF8(detail[:longestDetail], "") + "..."
	}
	if detail != "" {
		message += ": " + detail
	}
	return &UnreachableError{
		Status:     a.status,
		RetryAfter: parseRetryAfter(a.header.Get("Retry-After"), time.Now()),
		Message:    message,
	}
}
