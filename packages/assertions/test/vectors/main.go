// Writes assertions.json: what assertions say of outputs, judged by Go's regexp, unicode/utf8 and encoding/json.
//
//	go run . > assertions.json
//
// The cases are the same in every run. Tokens are not among them: Go has no tokenizer of its own.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"unicode/utf8"
)

type assertion struct {
	Type  string `json:"type"`
	Value any    `json:"value,omitempty"`
}

// vector is a case. Message is empty when the assertion holds.
type vector struct {
	Output    string    `json:"output"`
	Assertion assertion `json:"assertion"`
	OK        bool      `json:"ok"`
	Message   string    `json:"message"`
}

// pattern is one that may be saved, or not.
type pattern struct {
	Pattern string `json:"pattern"`
	Valid   bool   `json:"valid"`
}

const maxMatched = 262_144

var placeholders = []string{"<no value>", "{{", "}}", "{%", "%}"}

func cut(text string) string {
	runes := []rune(text)
	if len(runes) > 100 {
		return string(runes[:100])
	}
	return text
}

func fault(output string, a assertion) string {
	text, _ := a.Value.(string)
	number, _ := a.Value.(int)
	count := utf8.RuneCountInString(output)
	unless := func(holds bool, message string) string {
		if holds {
			return ""
		}
		return message
	}
	switch a.Type {
	case "equals":
		if output == text {
			return ""
		}
		return fmt.Sprintf("is not equal: first difference at character %d", difference([]rune(output), []rune(text)))
	case "contains":
		return unless(strings.Contains(output, text), `does not contain "`+cut(text)+`"`)
	case "not_contains":
		return unless(!strings.Contains(output, text), `contains "`+cut(text)+`"`)
	case "starts_with":
		return unless(strings.HasPrefix(output, text), `does not start with "`+cut(text)+`"`)
	case "ends_with":
		return unless(strings.HasSuffix(output, text), `does not end with "`+cut(text)+`"`)
	case "matches", "not_matches":
		if count > maxMatched {
			return "too long to be matched"
		}
		matches := regexp.MustCompile(text).MatchString(output)
		if a.Type == "matches" {
			return unless(matches, "does not match /"+cut(text)+"/")
		}
		return unless(!matches, "matches /"+cut(text)+"/")
	case "json_valid":
		if !json.Valid([]byte(output)) {
			return "is not JSON"
		}
		trimmed := strings.TrimLeft(output, " \t\r\n")
		kind := map[byte]string{'{': "object", '[': "array"}[trimmed[0]]
		return unless(text == "" || text == kind, "is JSON, but no "+text)
	case "max_chars":
		return unless(count <= number, fmt.Sprintf("has %d characters, at most %d are allowed", count, number))
	case "min_chars":
		return unless(count >= number, fmt.Sprintf("has %d characters, at least %d are required", count, number))
	case "no_placeholders":
		for _, placeholder := range placeholders {
			if strings.Contains(output, placeholder) {
				return `contains "` + placeholder + `"`
			}
		}
		return ""
	}
	panic(a.Type)
}

// difference counts characters from 1.
func difference(one, other []rune) int {
	at := 0
	for at < len(one) && at < len(other) && one[at] == other[at] {
		at++
	}
	return at + 1
}

var random = rand.New(rand.NewPCG(2026, 12))

func pick(from ...string) string { return from[random.IntN(len(from))] }

func repeated(most int, make func() string) string {
	var text strings.Builder
	for range random.IntN(most + 1) {
		text.WriteString(make())
	}
	return text.String()
}

func randomText() string {
	return repeated(14, func() string {
		return pick("a", "b", "c", "A", "B", "0", "9", " ", "\n", "_", "-", "é", "ß", "K", "ſ", "界", "😀", "\u0301", "\u2028", "\r")
	})
}

func randomPattern(depth int) string {
	atom := func() string {
		if depth > 0 && random.IntN(3) == 0 {
			return pick("(", "(?:", "(?i:", "(?s:", "(?m:", "(?U:") + randomPattern(depth-1) + ")"
		}
		return pick("a", "b", "c", "A", ".", "é", "界", "😀", `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\b`, `\B`, `\pL`, `\PL`, `\p{Lu}`,
			`\p{Greek}`, "[a-c]", "[^a-c]", "[^\\n]", "[[:alpha:]]", "[é-界]", "[😀b]", "^", "$", `\A`, `\z`, `\x{e9}`, `\n`, `\.`, `\Qa.b\E`, "k", "s")
	}
	part := func() string {
		return atom() + pick("", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?", "{2,}")
	}
	text := part() + repeated(3, part)
	if random.IntN(4) == 0 {
		text += "|" + repeated(2, part)
	}
	return text
}

func randomJSON(depth int) string {
	space := pick("", "", "", " ", "\n", "\t")
	scalar := func() string {
		return pick("0", "-0", "-1", "01", "1.5", "1.", ".5", "1e5", "1E+5", "1e", "true", "false", "null", "nul", "NaN", `"a"`, `"\u00e9"`,
			`"\ud800"`, `"\u12"`, `"\x"`, `"a`, `'a'`, "\"\t\"", `"\""`, `"😀"`, "", "\"\u2028\"", "\"\u007f\"")
	}
	if depth == 0 || random.IntN(3) == 0 {
		return space + scalar() + space
	}
	item := func() string { return randomJSON(depth - 1) }
	if random.IntN(2) == 0 {
		return space + "[" + joined(item) + pick("]", "]", "]", "]", "}", "") + space
	}
	member := func() string { return pick(`"a"`, `"b" `, ` "a"`, "a", "1") + pick(":", ":", ":", "") + item() }
	return space + "{" + joined(member) + pick("}", "}", "}", "}", "]", ",}") + space
}

func joined(item func() string) string {
	items := make([]string, random.IntN(4))
	for index := range items {
		items[index] = item()
	}
	return strings.Join(items, ",")
}

func authored() []vector {
	long := strings.Repeat("refund policy ", 20)
	cases := []struct {
		output string
		assertion
	}{
		{"Dear Ada", assertion{"equals", "Dear Ada"}},
		{"Dear Ada", assertion{"equals", "Dear Bob"}},
		{"Dear Ada", assertion{"equals", "Dear Ada!"}},
		{"", assertion{"equals", "a"}},
		{"😀a", assertion{"equals", "😀b"}},
		{"😀", assertion{"equals", "😁"}},
		{"e\u0301", assertion{"equals", "é"}},
		{"Your refund", assertion{"contains", "refund policy"}},
		{"Your refund policy", assertion{"contains", "refund policy"}},
		{"Your refund", assertion{"contains", long}},
		{"Your refund", assertion{"contains", ""}},
		{"a TODO", assertion{"not_contains", "TODO"}},
		{"a todo", assertion{"not_contains", "TODO"}},
		{long, assertion{"not_contains", long}},
		{"Dear Ada", assertion{"starts_with", "Dear "}},
		{"Hi Ada", assertion{"starts_with", "Dear "}},
		{"Bye.", assertion{"ends_with", "."}},
		{"Bye", assertion{"ends_with", "Bye."}},
		{"order 12345", assertion{"matches", `\d{5}`}},
		{"order 1234", assertion{"matches", `\d{5}`}},
		{"one\ntwo", assertion{"matches", "^two$"}},
		{"one\ntwo", assertion{"matches", "(?m)^two$"}},
		{"two\n", assertion{"matches", "two$"}},
		{"aaaa", assertion{"not_matches", "(a+)+$"}},
		{"aaaab", assertion{"not_matches", "(a+)+$"}},
		{"plain", assertion{"matches", "plain"}},
		{"other", assertion{"matches", "plain"}},
		{"plain", assertion{"not_matches", "plain"}},
		{"", assertion{"matches", ""}},
		{"x", assertion{"matches", strings.Repeat("(a|b)", 40)}},
		{"{}", assertion{"json_valid", nil}},
		{"{}", assertion{"json_valid", "object"}},
		{"{}", assertion{"json_valid", "array"}},
		{" [1, 2]\n", assertion{"json_valid", "array"}},
		{"1", assertion{"json_valid", "object"}},
		{"", assertion{"json_valid", nil}},
		{"\ufeff{}", assertion{"json_valid", nil}},
		{"{} {}", assertion{"json_valid", nil}},
		{`{"a":1,"a":2}`, assertion{"json_valid", "object"}},
		{strings.Repeat("[", 300) + strings.Repeat("]", 300), assertion{"json_valid", nil}},
		{"```json\n{}\n```", assertion{"json_valid", nil}},
		{"12345", assertion{"max_chars", 5}},
		{"123456", assertion{"max_chars", 5}},
		{"😀😀", assertion{"max_chars", 2}},
		{"😀😀😀", assertion{"max_chars", 2}},
		{"", assertion{"max_chars", 0}},
		{"123", assertion{"min_chars", 3}},
		{"😀", assertion{"min_chars", 2}},
		{"Dear <no value>", assertion{"no_placeholders", nil}},
		{"Dear {{name}}", assertion{"no_placeholders", nil}},
		{"Dear }}", assertion{"no_placeholders", nil}},
		{"Dear {% if %}", assertion{"no_placeholders", nil}},
		{"100 %}", assertion{"no_placeholders", nil}},
		{"Dear Ada", assertion{"no_placeholders", nil}},
	}
	vectors := make([]vector, len(cases))
	for index, one := range cases {
		vectors[index] = judged(one.output, one.assertion)
	}
	return vectors
}

func judged(output string, a assertion) vector {
	message := fault(output, a)
	return vector{output, a, message == "", message}
}

func main() {
	vectors, patterns := authored(), []pattern{}
	for range 700 {
		text := randomPattern(2)
		if _, err := regexp.Compile(text); err == nil {
			vectors = append(vectors, judged(randomText()+randomText(), assertion{pick("matches", "not_matches"), text}))
		}
	}
	for range 500 {
		vectors = append(vectors, judged(randomJSON(3), assertion{"json_valid", pick("object", "array")}))
	}
	for range 200 {
		output, kind := randomText()+randomText(), pick("equals", "contains", "not_contains", "starts_with", "ends_with")
		runes := []rune(output)
		from := random.IntN(len(runes) + 1)
		value := string(runes[from : from+random.IntN(len(runes)-from+1)])
		vectors = append(vectors, judged(output, assertion{kind, pick(value, value, value+"a", randomText())}))
	}
	for range 60 {
		output := randomText()
		vectors = append(vectors, judged(output, assertion{pick("max_chars", "min_chars"), random.IntN(14) + 1}))
	}
	for _, text := range []string{"", "a", "(?=a)", "(?!a)", "(?<=a)b", `(a)\1`, "a{1001}", "a{1000}", "(", ")", "[z-a]", "[a", "(?<name>a)", "a**", "a++",
		`\C`, `\8`, `\Z`, `\z`, `\pN`, `\p{Foo}`, "x{2}{3}", "(?x)a", `\u00e9`, `\x{110000}`, "((a{100}){100}){100}", "[[:foo:]]", "(?i)é", "*a", "a|*",
		`\`, "(?P<n>", "(?P<1n>a)", "(?P=n)", "a{,2}", "a{2,1}", "(?", "[]a]", "[^]a]", "[a-\\d]", `\Qa`, "(?i", "(?-i)a", "(?z)a", "^*", "\\b+"} {
		_, err := regexp.Compile(text)
		patterns = append(patterns, pattern{text, err == nil})
	}
	fmt.Println("{")
	write("vectors", vectors)
	fmt.Println(",")
	write("patterns", patterns)
	fmt.Println("\n}")
}

// write puts each case on a line of its own, so that changes can be read.
func write[Case any](name string, cases []Case) {
	fmt.Printf("%q: [\n", name)
	for index, one := range cases {
		var line strings.Builder
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(one); err != nil {
			panic(err)
		}
		separator := ","
		if index == len(cases)-1 {
			separator = ""
		}
		fmt.Println(strings.TrimSpace(line.String()) + separator)
	}
	fmt.Print("]")
}
