package px0

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type fails struct{ err error }

func (f fails) MarshalJSON() ([]byte, error) { return nil, f.err }

type panics struct{ Name string }

func (p *panics) MarshalJSON() ([]byte, error) { return []byte(p.Name[:1]), nil }

type writesText struct{ Text string }

func (w writesText) MarshalText() ([]byte, error) { return []byte(w.Text), nil }

type node struct{ Next *node }

type pointsToItself *pointsToItself

type embedded struct{ Name string }

func lists(levels int) (made any) {
	for range levels {
		made = []any{made}
	}
	return made
}

func TestWhatJSONWouldLoseInSilenceIsRefused(t *testing.T) {
	played := play(t)
	client := newClient(t, played)
	var itself pointsToItself
	itself = &itself
	long := &node{}
	for range 1_000_000 {
		long = &node{long}
	}
	built := &strings.Builder{}
	built.WriteString("Ada")
	huge := new(big.Int).Exp(big.NewInt(10), big.NewInt(400), nil)
	failure := errors.New("not today")
	for name, value := range map[string]any{
		"an error":                      errors.New("x"),
		"a builder":                     built,
		"a buffer":                      bytes.NewBufferString("Ada"),
		"a map for goroutines":          &sync.Map{},
		"a counter":                     &atomic.Int64{},
		"a big number by value":         *big.NewInt(5),
		"in a struct":                   struct{ Err error }{errors.New("x")},
		"no UTF-8":                      "Caf\xe9",
		"no UTF-8 in a key":             map[string]int{"Caf\xe9": 1},
		"no UTF-8 in a list":            []string{"a", "\xff"},
		"no UTF-8 in an embedded field": struct{ embedded }{embedded{"\xff"}},
		"no UTF-8 in JSON":              json.RawMessage("\"\xff\""),
		"no UTF-8 from a text's writer": writesText{"Caf\xe9"},
		"no UTF-8 from a key's writer":  map[writesText]int{{"Caf\xe9"}: 1},
		"a half character in JSON":      json.RawMessage(`"`),
		"a huge number":                 huge,
		"a huge number in JSON":         json.RawMessage(`{"a":[-1e400]}`),
		"no number":                     json.Number("1e"),
		"what panics":                   &panics{},
		"what fails":                    fails{failure},
		"a complex number":              1i,
		"a long chain":                  long,
		"a pointer to itself":           itself,
		"1,000 lists":                   lists(deepestVariables),
		"1,000 lists in JSON":           json.RawMessage(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Render(context.Background(), "greeting", Vars{"name": value}, WithFallback("Hi"))
			expectUsage(t, err, "variables")
			expect(t, errors.Is(err, failure), name == "what fails")
		})
	}
	expect(t, len(played.made("POST")), 0)
}

func TestWhatJSONKeepsIsSent(t *testing.T) {
	played := play(t)
	played.templates[1] = "{{toJson .name}}"
	client := newClient(t, played)
	address, err := url.Parse("http://x/")
	if err != nil {
		t.Fatal(err)
	}
	type locked struct {
		Lock sync.Mutex
		Name string
	}
	for _, c := range []struct {
		value any
		want  string
	}{
		{time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), `"2030-01-02T03:04:05Z"`},
		{big.NewInt(5), `5`},
		{[]big.Int{*big.NewInt(5)}, `[5]`},
		{json.RawMessage(`{"a":1,"a":2}`), `{"a":2}`},
		{json.RawMessage(`"\ud800"`), `"` + "\ufffd" + `"`},
		{json.Number("1e300"), `1e+300`},
		{"\ufffd", `"` + "\ufffd" + `"`},
		{&locked{Name: "Ada"}, `{"Lock":{},"Name":"Ada"}`},
		{struct{ embedded }{embedded{"Ada"}}, `{"Name":"Ada"}`},
		{struct{}{}, `{}`},
		{map[string]struct{}{"a": {}}, `{"a":{}}`},
		{map[int]string{1: "a"}, `{"1":"a"}`},
		{[]byte("Ada"), `"QWRh"`},
		{(*node)(nil), `null`},
		{(*big.Int)(nil), `null`},
		{[]error{nil}, `[null]`},
		{[]float64{1, 2}, `[1,2]`},
		{Vars{"a": Vars{}}, `{"a":{}}`},
		{struct {
			Err error `json:"-"`
		}{errors.New("x")}, `{}`},
		{address.Port, ``},
	} {
		result, err := client.Render(context.Background(), "greeting", Vars{"name": c.value})
		if c.want == "" {
			expectUsage(t, err)
			continue
		}
		if err != nil {
			t.Fatal(c.want, err)
		}
		expect(t, result.Text, c.want)
	}
	_, err = client.Render(context.Background(), "greeting", Vars{"name": lists(deepestVariables - 1)})
	expect(t, err, nil)
}

// Numbers of all kinds are what their JSON would make of them, and need none.
func TestNumbersOfVariablesAreThoseOfTheirJSON(t *testing.T) {
	for _, number := range []any{
		1, int8(-8), int16(-16), int32(32), int64(math.MaxInt64), uint(1), uint8(8), uint16(16), uint32(32), uint64(math.MaxUint64), float32(0.1),
		float32(math.MaxFloat32), float32(math.SmallestNonzeroFloat32), float32(1 << 24), 0.1, -0.0,
	} {
		plain, found, err := plainValue(number, 1)
		if err != nil || found == needsJSON {
			t.Fatalf("%T: %v", number, err)
		}
		_, decoded, err := encodeVariables(Vars{"a": number})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, plain, decoded["a"])
	}
	_, err := plainVariables(Vars{"a": float32(math.Inf(1))})
	if err == nil {
		t.Fatal("infinity is no JSON")
	}
}
