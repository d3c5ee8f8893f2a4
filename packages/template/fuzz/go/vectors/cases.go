package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// modes are the missing-key options.
var modes = []string{"error", "default", "zero"}

type caseList struct {
	area    string
	data    string
	vectors []vector
}

// add makes a case of its own for one option.
func (c *caseList) add(name, template, missingKey string) {
	c.vectors = append(c.vectors, vector{c.area + "/" + name, json.RawMessage(encode(template)), json.RawMessage(c.data), missingKey})
}

// addAll makes a case for each option.
func (c *caseList) addAll(name, template string) {
	for _, mode := range modes {
		c.add(name+"-"+mode, template, mode)
	}
}

// numbered is addAll for templates that need no name.
func (c *caseList) numbered(prefix string, templates ...string) {
	for i, template := range templates {
		c.addAll(fmt.Sprintf("%s-%d", prefix, i+1), template)
	}
}

// named is something that is put into templates.
type named struct{ name, text string }

// optionCases are the cases of templates-options.json.
func optionCases() []vector {
	var all []vector
	for _, list := range []caseList{
		missingCases(), leniencyCases(), scopeCases(), functionCases(), arityCases(), unicodeCases(), pipeCases(), realisticCases(),
	} {
		all = append(all, list.vectors...)
	}
	return all
}

// missingCases put look-ups that find nothing, or nil, or something without fields, into every place.
func missingCases() caseList {
	list := caseList{area: "missing", data: `{"m":{"n":{},"z":null,"s":"t"},"z":null,"s":"str","l":[{}]}`}
	lookUps := []named{
		{"field", ".x"}, {"nested", ".m.x"}, {"deep", ".m.n.x"}, {"past", ".x.y"}, {"far-past", ".m.x.y.z"},
		{"root", "$.x"}, {"root-past", "$.m.x.y"}, {"group", "(.m).x"}, {"group-past", "(.m.x).y"},
		{"index", `(index .m "x")`}, {"index-past", `(index .m "x").y`}, {"element", "(index .l 0).x"},
		{"nil", ".z"}, {"nested-nil", ".m.z"}, {"nil-past", ".m.z.y"}, {"nil-group-past", "(.z).y"}, {"text-past", ".m.s.y"}, {"list-past", ".l.y"},
	}
	places := []named{
		{"print", "{{@}}"},
		{"if", "{{if @}}true{{else}}false{{end}}"},
		{"else-if", "{{if false}}{{else if @}}true{{else}}false{{end}}"},
		{"with", "{{with @}}{{.}}{{else}}none{{end}}"},
		{"range", "{{range @}}{{.}}{{else}}none{{end}}"},
		{"range-two", "{{range $k, $v := @}}{{$k}}{{else}}none{{end}}"},
		{"variable", "{{$v := @}}[{{$v}}] {{$v.y}}"},
		{"assigned", "{{$v := 1}}{{$v = @}}[{{$v}}] {{with $v}}{{else}}none{{end}}"},
		{"and", `{{and "a" @}}`},
		{"or", `{{or @ "b"}}`},
		{"or-skipped", `{{or "a" @}}`},
		{"not", "{{not @}}"},
		{"default", `{{default "d" @}}`},
		{"default-group", `{{default "d" (@)}}`},
		{"default-first", `{{default @ "v"}}`},
		{"default-piped", `{{@ | default "d"}}`},
		{"default-piped-group", `{{(@) | default "d" | printf "<%v>"}}`},
		{"printed", `{{print @}} {{printf "%v" @}}`},
		{"piped", `{{@ | printf "%v %T"  1}}`},
		{"html", "{{html @}} {{@ | html}}"},
		{"len", "{{len @}}"},
		{"index-of", `{{index @ "k"}}`},
		{"index-by", `{{index .m @}}`},
		{"template", `{{define "t"}}[{{.}}]{{end}}{{template "t" @}}`},
		{"template-field", `{{define "t"}}[{{.y}}]{{end}}{{template "t" @}}`},
		{"template-default", `{{define "t"}}[{{.y | default "d"}}]{{end}}{{template "t" @}}`},
		{"eq", "{{eq @ nil}} {{eq nil @}}"},
		{"lt", "{{lt @ 1}}"},
		{"upper", "{{upper @}}"},
		{"upper-piped", "{{@ | upper}}"},
		{"indent", "{{indent @ \"x\"}}"},
		{"json", "{{toJson @}} {{@ | toPrettyJson}}"},
		{"join", `{{join "," @}}`},
		{"quote", "[{{quote @}}] [{{@ | quote 1}}]"},
	}
	for _, place := range places {
		for _, lookUp := range lookUps {
			list.addAll(place.name+"."+lookUp.name, strings.ReplaceAll(place.text, "@", lookUp.text))
		}
	}
	return list
}

// leniencyCases say where exactly `default` forgives an absent key, and which node is blamed where it does not.
func leniencyCases() caseList {
	list := caseList{area: "leniency", data: `{"m":{"n":{},"z":null,"s":"t","e":""},"z":null,"s":"str","l":[1,{}],"n":3,"t":true,"f":false}`}
	list.numbered("judged",
		`{{default "d" .x.y.z}} {{default "d" $.m.n.o.p}}`,
		`{{default "d" .m.e}} {{default "d" .f}} {{default 0 .n}}`,
		`{{default "d" .x .y}}`, `{{default "d" .s .y}}`, `{{default "d" .x nil}}`, `{{default "d" nil .x}}`,
		`{{default .x .y}}`, `{{default (default "e" .y) .x}}`, `{{default (.y | default "e") .x}}`, `{{default (.y) .x}}`,
		`{{.x | default .y}}`, `{{.x | default (default "e" .y)}}`, `{{.x | default "d" .y}}`, `{{.x | default "d" .s}}`, `{{.x | default}}`,
		`{{.x | default "d" | default "e"}}`, `{{.x | default "" | default "e"}}`, `{{.x | default .y | default "e"}}`,
		`{{default "d" ((.x))}}`, `{{default "d" (((.m.n).x))}}`, `{{((.x)) | default "d"}}`,
		`{{default "d" ($v := .x)}}[{{$v}}]`, `{{($v := .m.x) | default "d"}}[{{$v}}]`, `{{$v := .x | default "d"}}[{{$v}}]`,
		`{{default "d" (.x | upper)}}`, `{{default "d" (upper .x)}}`, `{{.x | upper | default "d"}}`, `{{.x | print | default "d"}}`,
		`{{default "d" (or .x .s)}}`, `{{default "d" (or .x .y)}}`, `{{default "d" (and .x .s)}}`, `{{or .x .s | default "d"}}`,
		`{{default "d" (or (default "" .x) .y)}}`, `{{or (default "" .x) "e" | default "d"}}`, `{{.x | or "" | default "d"}}`,
		`{{default "d" (index .m "x")}}`, `{{index .m "x" | default "d"}}`, `{{default "d" (index .x "y")}}`, `{{index .m.x "y" | default "d"}}`,
		`{{default "d" (len .x)}}`, `{{len (default "abc" .x)}}`, `{{len (.x | default "abc")}}`, `{{not (default true .x)}}`,
		`{{if .x | default "d"}}true{{else}}false{{end}}`, `{{if default "" .x}}true{{else}}false{{end}}`, `{{if .x}}{{else}}{{.x | default "d"}}{{end}}`,
		`{{with .x | default "d"}}{{.}}{{end}}`, `{{with default "" .x}}{{.}}{{else}}none{{end}}`, `{{with $v := .x.y | default "d"}}{{$v}}{{end}}`,
		`{{range .x | default .l}}{{.}};{{end}}`, `{{range default 2 .x}}{{.}};{{end}}`, `{{range $i, $e := .x.y | default .l}}{{$i}}={{$e}};{{else}}none{{end}}`,
		`{{define "t"}}({{.}}){{end}}{{template "t" .x | default "d"}}{{template "t" default "d" .m.x}}`,
		`{{block "b" default "d" .x}}<{{.}}>{{end}}`,
		`{{default "d" .}}`, `{{. | default "d" | len}}`, `{{default "d" $}}`, `{{with .m.n}}{{default "d" .}}{{end}}`,
	)
	list.numbered("variable",
		`{{$v := .m}}{{default "d" $v.x}} {{$v.x | default "d"}} {{default "d" $v.n.x.y}}`,
		`{{$v := .z}}{{default "d" $v}} {{default "d" $v.x}} {{$v.x.y | default "d"}}`,
		`{{$v := index .m "x"}}{{$v.x.y | default "d"}}`, `{{$v := index .m "x"}}{{$v.x.y}}`,
		`{{$v := .s}}{{default "d" $v.x}}`, `{{$v := .n}}{{$v.x | default "d"}}`, `{{$v := 1}}{{$v.x | default "d"}}`, `{{$v := .l}}{{$v.x.y | default "d"}}`,
		`{{range $v := .l}}{{$v.x | default "d"}};{{end}}`, `{{range .l}}{{.x | default "d"}};{{end}}`, `{{range $i, $v := .l}}{{$i.x | default "d"}}{{end}}`,
		`{{if $v := .f}}{{else}}{{$v.x | default "d"}}{{end}}`, `{{if false}}{{$v := 1}}{{end}}{{$v.x | default "d"}}`,
		`{{or .t ($v := .m)}}{{$v.x | default "d"}}`, `{{or .t ($v := .m)}}{{default "d" $v.n.x}}`, `{{or .t ($v := .m)}}{{default "d" $v}}`,
		`{{and .t ($v := .m)}}{{$v.x | default "d"}}`, `{{define "t"}}{{$.x | default "d"}} {{.y.z | default "e"}}{{end}}{{template "t" .m}}{{template "t"}}`,
		`{{define "t"}}{{$.x | default "d"}}{{end}}{{template "t" .s}}`, `{{define "t"}}{{default "d" .x}}{{end}}{{template "t" .z}}`,
	)
	list.numbered("stuck",
		`{{default "d" .s.x}}`, `{{.s.x | default "d"}}`, `{{default "d" .m.s.x}}`, `{{.m.s.x.y | default "d"}}`, `{{default "d" .n.x}}`, `{{.l.x | default "d"}}`,
		`{{default "d" .t.x}}`, `{{$.t.x | default "d"}}`, `{{default "d" .z.x}}`, `{{.z.x | default "d"}}`, `{{default "d" .m.z.x}}`, `{{.m.z.x.y | default "d"}}`,
		`{{default "d" (.z).x}}`, `{{(.z).x | default "d"}}`, `{{default "d" (.s).x}}`, `{{(.m).s.x | default "d"}}`, `{{default "d" (.m.z).x.y}}`,
		`{{range .l}}{{default "d" .x}};{{end}}`, `{{range .m}}{{.x | default "d"}};{{end}}`, `{{with .s}}{{.x | default "d"}}{{end}}`, `{{with .l}}{{default "d" .x.y}}{{end}}`,
		`{{len .s | default "d"}} {{(len .s).x | default "d"}}`, `{{default "d" (index .s 0).x}}`, `{{default "d" (slice .s 1).x}}`,
		"{{/* äö */}}\n  {{ .s.x   |  default   \"d\" }}", "äö{{default  \"é\"   .m.s.x}}",
	)
	list.numbered("chain",
		`{{default "d" (.m).x}} {{(.m).x.y | default "d"}} {{default "d" (.x).y}}`, `{{(.x).y | default "d"}}`, `{{(.x | default "s").y | default "d"}}`,
		`{{(default .m .x).n.y | default "d"}}`, `{{(default .m .x).s}}`, `{{(.x | default .m).s}}`, `{{(.x | default .m).y}}`, `{{(.x.y | default .m).s.t}}`,
		`{{(index .m "n").x | default "d"}} {{default "d" (index .l 1).x.y}}`, `{{default "d" (index .m "x").y}}`, `{{(index .m "s").y | default "d"}}`,
		`{{(or .f .m).x | default "d"}}`, `{{(or .f .s).x | default "d"}}`, `{{(or .s .f).x | default "d"}}`, `{{(and .m .s).x | default "d"}}`, `{{default "d" (or .f .z).x}}`,
		`{{(or (default .f .x) .s).x | default "d"}}`, `{{(or (.x | default .s) .f).x | default "d"}}`, `{{((.m).n).x | default "d"}}`,
		`{{((default .m .x).n).y | default "d"}}`, `{{(($v := .m)).x | default "d"}}{{$v.s}}`, `{{print.x | default "d"}}`, `{{default "d" print.x}}`, `{{default "d" (.undefined | print).x}}`,
		`{{default "d" ((.m | default "e").n | default "f").x}}`, `{{default "d" ((.x | default "e").n | default "f").x}}`,
	)
	list.numbered("arguments",
		`{{.x 1 | default "d"}}`, `{{.m.x 1 | default "d"}}`, `{{.x.y 1 | default "d"}}`, `{{.x.y.z 1 | default "d"}}`, `{{.m.s 1 | default "d"}}`, `{{.m.z.y 1 | default "d"}}`,
		`{{1 | .x | default "d"}}`, `{{1 | .x.y | default "d"}}`, `{{1 | $.x.y.z | default "d"}}`, `{{$.m.x.y 1 | default "d"}}`, `{{.s.x.y 1 | default "d"}}`, `{{.z.x 1 | default "d"}}`,
		`{{(.m).x 1 | default "d"}}`, `{{(.m).x.y 1 | default "d"}}`, `{{(.x | default .m).y.z 1 | default "d"}}`, `{{(.s).x.y 1 | default "d"}}`, `{{$v := .m}}{{$v.x.y 1 | default "d"}}`,
		`{{$v := .m}}{{1 | $v.x | default "d"}}`, `{{(.x) 1 | default "d"}}`, `{{1 | (.x) | default "d"}}`, `{{(default "d" .x) 1}}`, `{{(.x | default "d") 1}}`, `{{1 | (.x.y | default "d")}}`,
		`{{(default "d" (.m).x.y) 1}}`, `{{((.x | default .m).y | default "d") 1}}`,
		`{{if $v := .f}}{{else}}{{$v.x.y 1 | default "d"}}{{end}}`,
	)
	list.numbered("blamed",
		`{{upper (default 1 .x)}}`, `{{default 1 .x | upper}}`, `{{.x | default 1 | upper}}`, `{{.x.y | default .l | upper}}`, `{{upper (.x.y | default .n)}}`, `{{upper (.x | default nil)}}`, `{{.m.x | default .z | upper}}`,
		`{{index .l (default "k" .x)}}`, `{{index (default .l .x) 5}}`, `{{.x | default .l | len | index .l}}`, `{{slice (.x | default .s) 9}}`, `{{lt (default "a" .x) 1}}`, `{{.x | default "a" | lt 1}}`,
		`{{range .x | default .s}}{{end}}`, `{{range default true .m.x}}{{end}}`, `{{range $i, $e := .x | default 3}}{{end}}`, `{{template "none" .x | default "d"}}`,
		`{{$v := 1}}{{if false}}{{$w := 2}}{{end}}{{.x | default .s | printf .n}}`, `{{printf (.x | default 1)}}`, `{{call (.x | default "d")}}`, `{{call (default "d" .m.x)}}`, `{{.x | default "d" | call}}`,
		`{{toJson (.x | default 1i)}}`, `{{indent (.x | default -1) "a"}}`, `{{.x | default "-1" | indent -1}}`, `{{(.x | default .m).y.z}}`, `{{(default .m .x.y).s.t}}`,
		`{{nosuch .x | default "d"}}`, `{{.x | default "d" | nosuch}}`, `{{default "d" .x | nil}}`, `{{default "d" .x | 1}}`, `{{nil | default "d"}}`, `{{default nil .x}}`, `{{default .x nil}}`, `{{default}}`,
	)
	return list
}

// scopeCases have options at work in loops, branches and template calls.
func scopeCases() caseList {
	list := caseList{area: "scope", data: `{"items":[{"a":1,"b":{"c":"x"}},{"a":null},{"b":{}},{}],"map":{"k1":{"v":1},"k2":{},"k3":null},"empty":{},"none":null}`}
	list.numbered("loop",
		`{{range .items}}{{.a}};{{end}}`, `{{range .items}}{{.b.c}};{{end}}`, `{{range .items}}{{if .a}}{{.a}}{{else}}-{{end}};{{end}}`, `{{range .items}}{{.a | default "-"}};{{end}}`,
		`{{range .items}}{{.b.c | default "-"}};{{end}}`, `{{range .items}}{{with .b}}{{.c}}{{end}};{{end}}`, `{{range .items}}{{with .b | default ""}}{{.c | default "c"}}{{else}}-{{end}};{{end}}`,
		`{{range $i, $e := .items}}{{$i}}{{$e.a}};{{end}}`, `{{range $i, $e := .items}}{{$i}}{{$e.b.c | default $i}};{{end}}`, `{{range $e := .items}}{{or $e.a $e.b "-"}};{{end}}`,
		`{{range $k, $v := .map}}{{$k}}={{$v.v}};{{end}}`, `{{range $k, $v := .map}}{{if $v}}{{$k}}={{$v.v | default "-"}};{{end}}{{end}}`, `{{range .map}}{{.v}};{{end}}`, `{{range .map}}{{.}};{{end}}`,
		`{{range .missing}}{{.}}{{else}}{{.none}}{{end}}`, `{{range .empty.list}}x{{else}}none{{end}}`, `{{range .none}}x{{else}}{{$.missing}}{{end}}`, `{{range .items}}{{range .b}}{{.}}{{else}}-{{end}};{{end}}`,
		`{{range .items}}{{if not .a}}{{continue}}{{end}}{{.a}}{{end}}`, `{{range .items}}{{if eq (len .) 0}}{{break}}{{end}}{{.a | default 0}}{{end}}`, `{{range .items}}{{len .}}{{.x}}{{end}}`,
		`{{range .items}}{{eq .a 1.0}};{{end}}`, `{{range .items}}{{index . "a"}};{{end}}`, `{{range .items}}{{(index . "b").c}};{{end}}`, `{{range .items}}{{toJson .b}};{{end}}`, `{{range .items}}{{.b | toJson | default "d"}};{{end}}`,
		`{{$last := "none"}}{{range .items}}{{$last = .a}}{{end}}[{{$last}}]`, `{{$last := "none"}}{{range .items}}{{$last = .b.c | default $last}}{{end}}[{{$last}}]`, `{{range $.missing | default .items}}{{len .}}{{end}}`,
		`{{range $i, $_ := .items}}{{$.items.x}}{{end}}`, `{{range 2}}{{.x}}{{end}}`, `{{range 2}}{{default "d" .x}}{{end}}`, `{{range 2}}{{$.missing}}{{end}}`,
		`{{range $i, $v := 9223372036854775807}}{{end}}`, `{{range $i, $v := -9223372036854775807}}{{end}}`, `{{range $i, $v := index "a" 0}}{{end}}`,
	)
	list.numbered("call",
		`{{define "t"}}{{.a}}{{end}}{{range .items}}{{template "t" .}};{{end}}`, `{{define "t"}}{{.a | default "-"}}{{end}}{{range .items}}{{template "t" .}};{{end}}`,
		`{{define "t"}}{{.}}|{{.a}}{{end}}{{template "t" .missing}}`, `{{define "t"}}{{.}}|{{.a}}{{end}}{{template "t" .none}}`, `{{define "t"}}{{.}}|{{.a}}{{end}}{{template "t"}}`,
		`{{define "t"}}{{.a.b}}{{end}}{{template "t" .empty}}`, `{{define "t"}}{{$.a}}{{end}}{{template "t" .missing.more}}`, `{{define "t"}}{{with .}}{{.a}}{{else}}-{{end}}{{end}}{{template "t" .missing}}{{template "t" .none}}`,
		`{{define "t"}}{{.a | default "-"}}{{end}}{{template "t" .missing | default .empty}}`, `{{define "t"}}{{if .}}{{template "t" .next}}{{else}}end{{end}}{{end}}{{template "t" .map}}`,
		`{{define "t"}}{{.v}}{{end}}{{template "t" .map.k1}}{{template "t" .map.k2}}`, `{{define "t"}}{{.v}}{{end}}{{template "t" .map.k3}}`, `{{block "b" .missing}}[{{.}}]{{end}}`, `{{block "b" .map}}[{{.k4}}]{{end}}`,
		`{{define "t"}}{{range .}}{{.a}}{{else}}-{{end}}{{end}}{{template "t" .missing}}{{template "t" .items}}`, `{{define "a"}}{{template "b" .x}}{{end}}{{define "b"}}{{.y}}{{end}}{{template "a" .empty}}`,
	)
	list.numbered("skipped-declaration",
		`{{$v = or 1 ($v := 2)}}{{$v}}`, `{{or 1 ($v := 2)}}{{$v = 3}}`, `{{and .empty ($v := 2)}}{{$v = 3}}`, `{{and .map ($v := 2)}}{{$v = 3}}{{$v}}`, `{{$v := 1}}{{or 1 ($v := 2)}}{{$v = 3}}{{$v}}`, `{{$v := 1}}{{if or 1 ($v := 2)}}{{$v = 3}}{{end}}{{$v}}`,
		`{{or 1 ($v := 2)}}{{$v := 3}}{{$v = 4}}{{$v}}`, `{{if or 1 ($v := 2)}}{{$v = 3}}{{end}}`, `{{if and 1 ($v := 2)}}{{$v = 3}}{{$v}}{{end}}`, `{{or 1 ($v := 2)}}{{range $v = .items}}{{end}}`, `{{range 2}}{{or . ($v := 2)}}{{$v = 3}}{{$v}};{{end}}`, `{{or .missing ($v := 2)}}{{$v = 3}}{{$v}}`,
	)
	list.numbered("whole",
		`{{.}}`, `{{.missing}}{{.none}}`, `{{print .missing .none}}`, `{{print .items}}`, `{{.map}}`, `{{.empty.x}}{{.empty.x.y}}`, `{{printf "%v %v" .missing .none}}`, `{{printf "%d" .missing}}`, `{{printf .missing}}`, `{{printf "%s" .empty.x | upper}}`,
		`{{.missing | len}}`, `{{.missing | print | len}}`, `{{slice .missing}}`, `{{slice .items .missing}}`, `{{index .items .missing}}`, `{{index .missing}}`, `{{index .missing 0}}`, `{{index .map "k3" "v"}}`, `{{index .map "k9" "v"}}`, `{{call .missing}}`,
		`{{eq .missing .none}}`, `{{ne .missing 1}}`, `{{eq .missing .missing}}`, `{{lt .missing .none}}`, `{{eq 1 .missing}}`, `{{and .missing .none}}`, `{{or .missing .none}}`, `{{or .missing .missing.x}}`, `{{and .none .missing.x}}`, `{{not .missing.x}}`,
		`{{$x := .missing}}{{$x}}{{$x.y}}`, `{{$x := .none}}{{$x}}{{$x.y}}`, `{{$x := .empty}}{{$x.y}}{{$x.y.z}}`, `{{with $x := .missing}}{{else}}{{$x}}{{end}}`, `{{with $x := .empty.x}}{{$x}}{{else}}{{$x.y}}{{end}}`, `{{if $x := .missing}}{{else}}[{{$x}}]{{end}}`,
	)
	list.data = "null"
	list.numbered("nil-data",
		`{{.}}`, `{{.x}}`, `{{.x.y}}`, `{{$.x}}`, `{{default "d" .x}} {{.x.y | default "d"}}`, `{{default "d" .}}`, `{{if .}}t{{else}}f{{end}}`, `{{if .x}}t{{else}}f{{end}}`, `{{range .}}x{{else}}none{{end}}`, `{{index . "x"}}`, `{{len .}}`, `{{toJson .}} {{quote .}} {{join "," .}}`,
	)
	return list
}

// functionCases give each of px0's functions each kind of value, in each position.
func functionCases() caseList {
	list := caseList{area: "function", data: `{"s":"a <b> & \"c\"\n\\ d","sp":" \t\n x  y \u00a0\u2003\r\n","e":"","u":"h\u00e9 \ud83d\ude42\u2028","i":3,"f":-1.5,"big":1e21,"small":1e-7,"nz":-0,"t":true,"fa":false,"z":null,` +
		`"l":["b",null,1,true,[1,null],{"k":"v"},""],"le":[],"m":{"b":{"z":null,"a":[]},"a":1,"\u00e9<":"x"},"me":{}}`}
	values := []named{
		{"text", ".s"}, {"spaces", ".sp"}, {"empty", ".e"}, {"unicode", ".u"}, {"whole", ".i"}, {"float", ".f"}, {"big", ".big"}, {"small", ".small"}, {"negative-zero", ".nz"},
		{"true", ".t"}, {"false", ".fa"}, {"nil", ".z"}, {"list", ".l"}, {"empty-list", ".le"}, {"map", ".m"}, {"empty-map", ".me"},
		{"nil-literal", "nil"}, {"text-literal", `"a\tb\u2029"`}, {"raw-literal", "`a\nb`"}, {"int-literal", "2"}, {"zero-literal", "0"}, {"negative-literal", "-2"}, {"float-literal", "2.5"}, {"float-whole", "2.0"}, {"complex-literal", "1+2i"}, {"character-literal", "'a'"}, {"true-literal", "true"}, {"huge-literal", "0xffffffffffffffff"},
		{"byte", "(index .s 0)"}, {"int", "(len .l)"}, {"part", "(slice .l 0 3)"}, {"cut", "(slice .u 0 2)"}, {"stray", `"\xff\xc3a"`}, {"element", "(index .l 1)"}, {"group", "(.f)"}, {"nothing", `(index .me "k")`},
	}
	places := []named{
		{"toJson", "{{toJson @}}"}, {"toJson-piped", "{{@ | toJson}}"},
		{"toPrettyJson", "{{toPrettyJson @}}"},
		{"upper", "{{upper @}}"}, {"upper-piped", "{{@ | upper}}"}, {"lower", "{{lower @}}"}, {"trim", "[{{trim @}}]"}, {"trim-piped", "[{{@ | trim}}]"},
		{"quote", "{{quote @}}"}, {"quote-piped", "{{@ | quote 1 nil}}"},
		{"join", `{{join "-" @}}`}, {"join-piped", `{{@ | join ", "}}`}, {"join-by", "{{join @ .l}}"},
		{"indent", "{{indent 2 @}}"}, {"indent-piped", "{{@ | indent 3}}"}, {"indent-by", "{{indent @ `a\nb`}}"},
		{"nindent", "{{nindent 1 @}}"}, {"nindent-by", "{{nindent @ `a\n\nb`}}"},
		{"default", `{{default "d" @}}`}, {"default-piped", `{{@ | default "d"}}`}, {"default-of", `{{default @ ""}}`},
	}
	for _, place := range places {
		for i, value := range values {
			// No key is missing, so that one option is enough.
			list.add(place.name+"."+value.name, strings.ReplaceAll(place.text, "@", value.text), modes[i%len(modes)])
		}
	}
	return list
}

// arityCases give each of px0's functions too few and too many arguments.
func arityCases() caseList {
	list := caseList{area: "arity", data: `{"s":"x","l":[1,2]}`}
	for _, function := range []named{
		{"default", ""}, {"toJson", ""}, {"toPrettyJson", ""}, {"join", `"," .l`}, {"upper", ".s"}, {"lower", ".s"}, {"trim", ".s"}, {"indent", "1 .s"}, {"nindent", "1 .s"}, {"quote", ""},
	} {
		for i, text := range []string{
			"{{F}}", "{{F .s}}", "{{F .s .s}}", "{{F .s .s .s}}", "{{.s | F}}", "{{.s | F .s}}", "{{.s | F .s .s}}", "{{F A .s}}", "{{.x | F A .y}}", "{{F (F A)}}", "{{F.x}}", "{{(F A).x}}", "{{if F}}{{end}}", "{{$f := F A}}{{$f}}",
		} {
			text = strings.NewReplacer("F", function.name, "A", function.text).Replace(text)
			list.add(fmt.Sprintf("%s-%d", function.name, i+1), text, modes[i%len(modes)])
		}
	}
	return list
}

// unicodeCases are about letter case, white space and bytes that are not UTF-8.
func unicodeCases() caseList {
	list := caseList{area: "unicode", data: `{}`}
	for _, text := range []named{
		{"sharp-s", "straße ẞ"}, {"dotted-i", "İi ıI"}, {"long-s", "ſ K Å Ω"}, {"title-case", "ǅ ǆ Ǆ ǈ ǋ ǲ"}, {"sigma", "ΌΣΟΣ όσος ΑΣ"}, {"ligature", "ﬁ ﬀ ŉ ǰ ΐ"}, {"iota", "ᾳ ᾼ ῼ ᾀ"}, {"georgian", "ა Ა Ⴀ ⴀ"}, {"cherokee", "Ꭰ ꭰ Ᏸ ᏸ"},
		{"deseret", "𐐀 𐐨"}, {"osage", "𐒰 𐓘"}, {"vithkuqi", "𐕰 𐖗"}, {"warang", "𑢠 𑣀"}, {"medefaidrin", "𖹀 𖹠"}, {"adlam", "𞤀 𞤢"}, {"old-hungarian", "𐲀 𐳀"}, {"glagolitic", "Ⰰ ⰰ Ⱟ ⱟ"}, {"coptic", "Ⲁ ⲁ Ⳬ ⳬ"}, {"circled", "Ⓐ ⓐ"}, {"roman", "Ⅷ ⅷ Ↄ ↄ"}, {"full-width", "ＡＺ ａｚ"},
		{"latin-extended", "Ɐ ɐ Ɑ ɑ Ɜ ɜ Ꞁ ꞁ Ꟶ ꟶ Ꟑ ꟑ Ʂ ʂ"}, {"cyrillic", "Ѐ ѐ Ꙋ ꙋ ᲀ ᲈ"}, {"armenian", "Ա ա և"}, {"newer-letters", "ƛ Ƛ ɤ Ɤ Ᲊ ᲊ Ɤ ꟍ Ꟛ ꟛ Ƛ"}, {"newer-scripts", "𐵐 𐵰 𖺠 𖺻"}, {"mixed", "ÀÉÎ àéî ÿŸ µΜ 日本 🙂 ñ"}, {"no-case", "日本語 नमस्ते 123 ªº"}, {"combining", "e\u0301 E\u0301 ͅ"},
		{"private", "\ue000 \U0010ffff \U0001f170"}, {"replacement", "\ufffd\ufeff"},
	} {
		list.data = `{"s":` + encode(text.text) + `}`
		list.add("upper-"+text.name, "{{upper .s}}", "error")
		list.add("lower-"+text.name, "{{.s | lower}}", "default")
		list.add("written-"+text.name, "{{"+quoted(text.text)+" | upper | lower | quote}} {{toJson .s}}", "zero")
	}
	list.data = `{"u":"é日🙂"}`
	for i, bytes := range []string{
		`\xff`, `a\xffB`, `\xc3`, `\xc3\xa9`, `\xe6\x97`, `\xe6\x97\xa5`, `\xf0\x9f\x99`, `\xed\xa0\x80`, `\xc0\x80`, `\xf4\x90\x80\x80`, `é\x80ß`, `\x80\x80\x80`, ` \xff `, `\xff \xff`, `\u00a0\xff\u2003`, `\xe2\x80`, `\xe2\x80\xa8x`, `\x85`, `\xc2\x85x`, `\x00\x7f`,
	} {
		for j, place := range []string{
			`{{upper "@"}}`, `{{lower "@"}}`, `{{trim "@"}}`, `{{quote "@"}} {{quote "@" 1}}`, `{{toJson "@"}} {{toPrettyJson "@"}}`, `{{join "@" (slice "ab" 1)}}{{indent 1 "@\n@"}}`, `{{"@" | nindent 2}}`, `{{default "@" ""}}{{"@" | default 1}}`, `{{"@"}}{{len (upper "@")}}`, `{{quote (print "@" "\xa9")}}`,
		} {
			list.add(fmt.Sprintf("bytes-%d-%d", i+1, j+1), strings.ReplaceAll(place, "@", bytes), modes[(i+j)%len(modes)])
		}
	}
	for i, text := range []string{
		`{{slice .u 0 1 | upper}}`, `{{slice .u 1 | lower}}`, `{{slice .u 3 4 | quote}}`, `{{slice .u 2 6 | toJson}}`, `{{print (slice .u 0 1) (slice .u 1 2) | upper}}`, `{{slice .u 0 1 | indent 1}}{{slice .u 1 2}}`, `{{slice .u 0 1 | trim | len}}`, `{{join (slice .u 0 1) .u}}`, `{{slice .u 0 1 | default "d" | quote}}`, `{{slice (upper .u) 0 1 | toJson}}`,
		`{{upper .u | len}} {{len .u}}`, `{{index (upper .u) 1}}`, `{{printf "%q" (lower "É")}}`, `{{printf "%x" (upper "ß\xff")}}`, `{{printf "%5s|" (upper "é")}}`,
	} {
		list.add(fmt.Sprintf("cut-%d", i+1), text, modes[i%len(modes)])
	}
	list.data = `{"s":"a\ud800b\udc00","k\ud800":"v","l":["\udfff",{"\ud83d":"\ude42"}]}`
	for i, text := range []string{
		`{{upper .s}}`, `{{lower .s | quote}}`, `{{trim .s | len}}`, `{{toJson .s}}`, `{{toPrettyJson .l}}`, `{{join .s .l}}`, `{{indent 1 .s}}`, `{{nindent 1 .s}}`, `{{quote .l .s}}`, `{{default .s ""}}`, `{{.s | default "d"}}`, `{{toJson .}}`, `{{index . "k\ufffd" | upper}}`, `{{.x | default .s}}`,
	} {
		list.add(fmt.Sprintf("lone-surrogate-%d", i+1), text, modes[i%len(modes)])
	}
	return list
}

// quoted is a literal of the template language.
func quoted(text string) string {
	return "\"" + strings.ReplaceAll(text, "\n", `\n`) + "\""
}

// pipeCases chain px0's functions.
func pipeCases() caseList {
	list := caseList{area: "pipe", data: `{"m":{"k":"<v>","l":[1,null,"x"]},"l":["b","A",null,2.5],"s":" Line one\n line Two ","n":2,"z":null,"j":{"a":{"b":{"c":[{"d":1e6},{"d":0.1}]}}}}`}
	list.numbered("chained",
		`{{.m | toJson | upper}}`, `{{.m | toPrettyJson | indent 4}}`, `{{.m | toPrettyJson | nindent 2}}`, `{{toJson (toJson .m)}}`, `{{.l | join "-" | quote | upper}}`, `{{join ", " .l | trim | len}}`, `{{.s | trim | upper | printf "%q"}}`, `{{.s | trim | indent 2 | quote}}`,
		`{{quote (upper "a") (len .l) (toJson .z)}}`, `{{.x | default .l | join ";"}}`, `{{.x.y | default .m | toJson}}`, `{{.x | toJson | default "d"}}`, `{{default .x .s | upper}}`, `{{toJson .x}}`, `{{toJson .m.x | quote}}`, `{{.m.x | quote | len}}`, `{{join .x .l}}`, `{{join "," .x.y}}`,
		`{{indent .x .s}}`, `{{indent 2 .x}}`, `{{.x | nindent 2}}`, `{{.n | indent 2}}`, `{{indent .n .s}}`, `{{indent (len .l) "x"}}`, `{{upper .n}}`, `{{.z | upper}}`, `{{trim .z}}`, `{{lower .l}}`, `{{quote .x .s}}`, `{{quote .z .z}}`, `{{quote}}`, `{{join .n .l}}`, `{{join .z .l}}`, `{{join nil .l}}`,
		`{{toPrettyJson .j}}`, `{{.j.a.b.c | toJson}}`, `{{.j.a.x.c | default "none" | toJson}}`, `{{range .j.a.b.c}}{{.d | toJson}} {{.e | toJson | default "-"}};{{end}}`, `{{range .j.a.b.c}}{{.d}} {{.e | default "-" | upper}};{{end}}`, `{{toJson 1.0}} {{toJson 1}} {{toJson 1e21}} {{toJson 1e20}} {{toJson 1e-7}} {{toJson 0.000001}}`,
		`{{toJson "</script>"}} {{toJson "é\u2028"}}`, `{{toJson (slice .l 1 3)}} {{toPrettyJson (slice .l 0 0)}}`, `{{toJson (index "a" 0)}}`, `{{toJson 1i}}`, `{{1i | toPrettyJson}}`, `{{quote 1i 'a' 1e6 .l}}`, `{{join "," (slice .l 0 2)}} {{join "" "abc"}} {{join "," 12}} {{join "," .m}} {{join "," 1i}}`,
		`{{html (toJson .m)}} {{js (quote "a")}} {{urlquery (join "&" .l)}}`, `{{eq (upper "a") "A"}} {{lt (lower "B") "c"}}`, `{{with .s | trim}}{{. | upper}}{{end}}`, `{{if trim "  "}}t{{else}}f{{end}}`, `{{$u := upper .s}}{{$u | lower}}`, `{{range $i, $e := .l}}{{$e | default $i | quote}}{{end}}`,
		`{{indent 0 "a\nb"}}|{{nindent 0 ""}}|{{indent 1 ""}}|{{indent 2 "\n\n"}}|{{indent 1 "a\r\nb"}}`, `{{define "t"}}{{. | upper}}{{end}}{{template "t" .s | trim}}`, `{{define "t"}}{{. | upper}}{{end}}{{template "t" .x | default "d"}}{{template "t" .n}}`, `{{trim "\u00a0\u2003\u200bx\ufeff\u0085"}}|{{trim "\t\v\f\r\n x \u3000"}}|{{trim "\u180ex\u2060"}}`,
		"{{`a\r\nb` | quote}} {{\"\\a\\b\\v\" | toJson}} {{\"\\a\\b\\v\\f\\r\\t\" | quote}}", `{{"\u200b\u00ad\ue000\U000e0001" | quote}}`, `{{"\u0378\U0001fae8\U0001faf9\u1c8a" | quote}}`,
		`{{default "a" "" | default "b"}} {{"" | default ""}}`, `{{default 0 ""}} {{default false 0}} {{default nil ""}} {{default "d" 0i}} {{default "d" 'a'}} {{default "d" -0.0}}`, `{{default "d" (slice .s 0 0)}} {{default "d" (slice .l 0 0)}} {{default "d" (index .s 0)}}`,
	)
	return list
}

// realisticCases are prompts with optional variables.
func realisticCases() caseList {
	list := caseList{area: "realistic"}
	for i, data := range []string{
		`{"name":"Ada","tone":"friendly","docs":[{"title":"Intro","text":"First.\nSecond."},{"text":"No title"}],"tools":[{"name":"search","args":{"q":"string"}}],"user":{"plan":"pro"}}`,
		`{"name":"","docs":[],"tools":null,"user":{"profile":{"language":"DE"}}}`,
		`{}`,
	} {
		list.data = data
		list.numbered(fmt.Sprintf("prompt-%d", i+1),
			`You are {{.persona | default "a helpful assistant"}}. Speak {{.user.profile.language | default "English"}} to {{.name | default "the user"}}.`,
			`{{range $i, $d := .docs}}[{{$i}}] {{$d.title | default "Untitled"}}{{$d.text | nindent 2}}`+"\n"+`{{else}}No documents.{{end}}`,
			`{{if .tools}}Tools:{{range .tools}}`+"\n"+`- {{.name}}: {{.args | toJson}}{{.note | default ""}}{{end}}{{else}}No tools.{{end}}`,
			`{{with .tone}}Tone: {{. | upper}}.{{else}}No tone.{{end}}`,
			`{"user": {{.user | toPrettyJson | indent 2 | trim}}, "name": {{quote .name}}}`,
			`{{define "doc"}}{{.title | default "?" | upper}}: {{.text | default "" | quote}}{{end}}{{range .docs | default nil}}{{template "doc" .}};{{end}}`,
			`{{if and .name (index . "tone")}}{{.name}} is {{.tone}}{{else}}{{.name}}{{end}}`,
			`{{$plan := .user.plan | default "free"}}{{if eq $plan "pro"}}Pro{{else}}{{$plan | lower}}{{end}}`,
			`{{.system.rules | default "none" | trim | quote}} {{.user.profile.language | default "en" | lower}}`,
			`{{range .history}}{{.role}}: {{.content}}{{else}}(no history){{end}}`,
			`{{or .name .user.profile.name "nobody"}}`,
			`{{join ", " .tags}} {{.tags | default "none" | join ", "}}`,
		)
	}
	return list
}
