package px0

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/contract"
	"github.com/px0/px0/packages/sdk-go/internal/delivery"
	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// ContractProblems says how variables violate the contract of a version. No values are repeated.
type ContractProblems struct {
	// Missing are the variables that the contract demands and that were not given.
	Missing []NameProblem `json:"missing"`
	// Unknown are those that it does not know.
	Unknown []NameProblem `json:"unknown"`
	// Invalid are those whose values it does not allow.
	Invalid []ValueProblem `json:"invalid"`
	// More is how many problems there are beside these, where there are too many to tell.
	More int `json:"more,omitempty"`
}

// NameProblem is a variable that is missing, or that the contract does not know, by its path.
type NameProblem struct {
	Path string `json:"path"`
	// Given is, of a missing one, the name that was given and may mean it; of an unknown one, the name that may be meant. Empty for none.
	Given string `json:"given,omitempty"`
}

// ValueProblem is a value that is not as it must be.
type ValueProblem struct {
	Path string `json:"path"`
	// Must is what follows "must", such as "be a number".
	Must string `json:"must"`
}

// problemsIn reads the header Px0-Contract; nil when there is none, or one of another form.
func problemsIn(header string) *ContractProblems {
	members := answers.Members([]byte(header))
	missing, areMissing := readNames(members, "missing")
	unknown, areUnknown := readNames(members, "unknown")
	invalid, areInvalid := readProblems(members, "invalid", func(problem map[string]json.RawMessage) (made ValueProblem, isOne bool) {
		path, hasPath := answers.Read[string](problem, "path")
		must, hasMust := answers.Read[string](problem, "must")
		return ValueProblem{path, must}, hasPath && hasMust
	})
	more := 0
	if _, has := members["more"]; has {
		count, isCount := answers.Read[int](members, "more")
		if more = count; !isCount || count < 1 {
			return nil
		}
	}
	if !areMissing || !areUnknown || !areInvalid {
		return nil
	}
	return &ContractProblems{missing, unknown, invalid, more}
}

func readNames(members map[string]json.RawMessage, name string) ([]NameProblem, bool) {
	return readProblems(members, name, func(problem map[string]json.RawMessage) (made NameProblem, isOne bool) {
		made.Path, isOne = answers.Read[string](problem, "path")
		if _, has := problem["given"]; has && isOne {
			made.Given, isOne = answers.Read[string](problem, "given")
		}
		return made, isOne
	})
}

func readProblems[T any](members map[string]json.RawMessage, name string, read func(map[string]json.RawMessage) (T, bool)) ([]T, bool) {
	list, isList := answers.Read[[]map[string]json.RawMessage](members, name)
	made := make([]T, len(list))
	for i, each := range list {
		problem, isOne := read(each)
		if !isOne {
			return nil, false
		}
		made[i] = problem
	}
	return made, isList
}

// refusedVariables is the error of variables that an enforced contract refuses, in px0's words.
func refusedVariables(found *contract.Violation) *RefusedError {
	return newRefused(422, "invalid variables: "+found.Detail, problemsOf(found))
}

func problemsOf(found *contract.Violation) *ContractProblems {
	names := func(problems []contract.Problem) []NameProblem {
		made := make([]NameProblem, len(problems))
		for i, problem := range problems {
			made[i].Path = problem.Path
			if problem.Given != nil {
				made[i].Given = *problem.Given
			}
		}
		return made
	}
	invalid := make([]ValueProblem, len(found.Invalid))
	for i, problem := range found.Invalid {
		invalid[i] = ValueProblem{problem.Path, problem.Must}
	}
	return &ContractProblems{names(found.Missing), names(found.Unknown), invalid, found.More}
}

// schemaJudge judges variables by a schema. Nothing is made of that before it is needed.
type schemaJudge struct {
	schema json.RawMessage
	once   sync.Once
	// nil for a schema that is not there.
	judge *contract.Judge
}

func (s *schemaJudge) compiled() *contract.Judge {
	s.once.Do(func() {
		var schema map[string]any
		if json.Unmarshal(s.schema, &schema) == nil && schema != nil {
			s.judge = contract.Compile(schema)
		}
	})
	return s.judge
}

// judgeOf gives the judge of a delivered version. Not that of its program: a schema comes and goes with the policy of the prompt.
func judgeOf(held *delivery.Held, version *delivery.Version) *schemaJudge {
	if made, isMade := version.Judge.Load().(*schemaJudge); isMade {
		return made
	}
	version.Judge.CompareAndSwap(nil, &schemaJudge{schema: held.Prompt.MembersOf(version)["schema"]})
	made, _ := version.Judge.Load().(*schemaJudge)
	return made
}

// errUnknownContract: a contract that cannot be judged here, so px0 must be asked.
var errUnknownContract = errors.New("the contract is not known here")

const (
	contractWarn    = "warn"
	contractEnforce = "enforce"
)

func isPolicy(text string) bool {
	return slices.Contains([]string{"", contractWarn, contractEnforce}, text)
}

// stricterPolicy gives an empty text where nothing is judged, and false where the prompt's policy is one of a later px0.
func stricterPolicy(ofPrompt, ofCall string) (string, bool) {
	switch ofPrompt {
	case "", "off":
		return ofCall, true
	case contractWarn:
		if ofCall == "" {
			return ofPrompt, true
		}
		return ofCall, true
	}
	return ofPrompt, ofPrompt == contractEnforce
}

// check judges the variables of a call, as px0 does it: behind the placeholders of a chat, before the template runs. The error is a
// *RefusedError, that of a placeholder, or errUnknownContract.
func (s *schemaJudge) check(made *call, ofPrompt string, run *program, missingKey gotpl.MissingKey) (*ContractProblems, error) {
	policy, isKnown := stricterPolicy(ofPrompt, made.contract)
	if policy == "" {
		return nil, nil
	}
	judge := s.compiled()
	if !isKnown || judge == nil {
		return nil, errUnknownContract
	}
	found := judge.Judge(made.variables, missingKey == gotpl.MissingKeyError)
	if found == nil {
		return nil, nil
	}
	if policy == contractWarn {
		return problemsOf(found), nil
	}
	if _, err := run.placeholders(made.variables); err != nil {
		return nil, err
	}
	return nil, refusedVariables(found)
}

// runJudged renders a program, unless the contract refuses the variables. ofPrompt is the policy of the prompt; empty for none.
func runJudged(made *call, run *program, judge func() *schemaJudge, ofPrompt string) (Result, error) {
	missingKey := gotpl.MissingKeyError
	if made.missingKey != "" {
		missingKey = gotpl.MissingKey(made.missingKey)
	}
	var problems *ContractProblems
	if ofPrompt != "" || made.contract != "" {
		var err error
		if problems, err = judge().check(made, ofPrompt, run, missingKey); err != nil {
			return Result{}, err
		}
	}
	rendered, err := run.render(made.variables, missingKey, made.hasTranscript)
	var failure *TemplateExecutionError
	if errors.As(err, &failure) {
		return Result{}, newRefused(422, "template execution failed: "+failure.Error(), problems)
	}
	if err != nil {
		return Result{}, err
	}
	result := rendered.result(made)
	result.Contract = problems
	return result, nil
}
