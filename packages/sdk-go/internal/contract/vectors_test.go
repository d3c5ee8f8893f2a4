package contract

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// The cases that the judges of all languages share.
const vectors = "../../../template/test/vectors/contracts.json"

func TestVariablesAreJudged(t *testing.T) {
	text, err := os.ReadFile(vectors)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("this module stands outside of px0's repository")
	} else if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID         string         `json:"id"`
		Schema     map[string]any `json:"schema"`
		Variables  map[string]any `json:"variables"`
		MissingKey string         `json:"missing_key"`
		OK         bool           `json:"ok"`
		Error      string         `json:"error"`
		Header     string         `json:"header"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 150 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, each := range cases {
		violation := Compile(each.Schema).Judge(each.Variables, each.MissingKey == "" || each.MissingKey == "error")
		if violation == nil {
			if !each.OK {
				t.Errorf("%s: is accepted", each.ID)
			}
			continue
		}
		if got := "invalid variables: " + violation.Detail; got != each.Error {
			t.Errorf("%s:\nwant %s\ngot  %s", each.ID, each.Error, got)
		}
		if violation.Header != each.Header {
			t.Errorf("%s:\nwant %s\ngot  %s", each.ID, each.Header, violation.Header)
		}
		var written map[string]json.RawMessage
		if err := json.Unmarshal([]byte(violation.Header), &written); err != nil {
			t.Errorf("%s: %v", each.ID, err)
		}
	}
}
