package answers

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestHintsBecomeSentences(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "template", "test", "vectors", "hints.json"))
	if err != nil {
		t.Skip("the vectors are part of the repository")
	}
	var vectors []struct {
		ID               string
		Header, Sentence *string
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, vector := range vectors {
		headers, want := http.Header{}, ""
		if vector.Header != nil {
			headers.Set("Px0-Hint", *vector.Header)
		}
		if vector.Sentence != nil {
			want = *vector.Sentence
		}
		if made := HintSentence(headers); made != want {
			t.Errorf("%s: got %q, and not %q", vector.ID, made, want)
		}
	}
	if len(vectors) < 50 {
		t.Errorf("only %d vectors", len(vectors))
	}
}
