package sandbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// parameters is the Parameter Store of SSM, as far as it is imitated: Strings, without versions to choose from.
type parameters struct {
	account *Account
	byName  map[string]*parameter
}

type parameter struct {
	steps []setting // in the order in which they come
}

// setting is the value of a parameter from a moment on.
type setting struct {
	from  time.Time
	value string
}

func (a *Account) parameterStore(spec Spec) error {
	s := &parameters{account: a, byName: map[string]*parameter{}}
	a.parameters = s
	for _, described := range spec.Parameters {
		if s.byName[described.Name] != nil {
			return fmt.Errorf("ssm_parameter %q: there are two of that name", described.Name)
		}
		p := &parameter{steps: []setting{{a.began, described.Value}}}
		for _, after := range slices.Sorted(maps.Keys(described.At)) {
			p.steps = append(p.steps, setting{a.began.Add(after), described.At[after]})
		}
		s.byName[described.Name] = p
	}
	handle(a, "SSM", "GetParameter", s.get)
	handle(a, "SSM", "PutParameter", s.put)
	return nil
}

// nameOf takes a parameter's name or its ARN.
func (s *parameters) nameOf(given *string) string {
	name := aws.ToString(given)
	if rest, is := strings.CutPrefix(name, fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/", s.account.Region, s.account.ID)); is {
		if _, bare := s.byName[rest]; !bare {
			rest = "/" + rest
		}
		return rest
	}
	return name
}

// value is the parameter's value at present, and how many it had so far.
func (p *parameter) value(now time.Time) (value string, version int64) {
	for _, step := range p.steps {
		if !step.from.After(now) {
			value, version = step.value, version+1
		}
	}
	return value, version
}

func (s *parameters) get(_ context.Context, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	name := s.nameOf(in.Name)
	p, exists := s.byName[name]
	if !exists {
		return nil, &types.ParameterNotFound{Message: aws.String("Parameter " + name + " not found.")}
	}
	value, version := p.value(s.account.clock.Now())
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{
		Name: aws.String(name), Type: types.ParameterTypeString, Value: aws.String(value), Version: version,
		ARN: aws.String(fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", s.account.Region, s.account.ID, strings.TrimPrefix(name, "/"))),
	}}, nil
}

func (s *parameters) put(_ context.Context, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, error) {
	name := s.nameOf(in.Name)
	p, exists := s.byName[name]
	switch {
	case exists && !aws.ToBool(in.Overwrite):
		return nil, &types.ParameterAlreadyExists{Message: aws.String("The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")}
	case !exists && in.Type != types.ParameterTypeString:
		return nil, failure("NotImplemented", "the sandbox knows parameters of type String only")
	case aws.ToString(in.Value) == "":
		return nil, failure(invalidSSM, "Parameter values can't be empty")
	case !exists:
		p = &parameter{}
		s.byName[name] = p
	}
	now := s.account.clock.Now()
	p.steps = append(p.steps, setting{now, *in.Value})
	slices.SortStableFunc(p.steps, func(x, y setting) int { return x.from.Compare(y.from) })
	_, version := p.value(now)
	return &ssm.PutParameterOutput{Version: version, Tier: types.ParameterTierStandard}, nil
}
